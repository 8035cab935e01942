# Average pooling on six classes of VOC, on a CPU. python tools/train.py configs/voc6/cam_efflite0_voc6.py
_base_ = [
    '../_base_/models/cam_efficientnet_lite0.py', '../_base_/datasets/voc6_image_labels.py',
    '../_base_/schedules/cam_10e.py', '../_base_/default_runtime.py'
]
default_hooks = dict(logger=dict(interval=10))
