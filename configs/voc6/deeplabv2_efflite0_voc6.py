# DeepLabv2 on the pseudo labels of irnet_efflite0_voc6.py, on a CPU.
# python tools/train.py configs/voc6/deeplabv2_efflite0_voc6.py
_base_ = [
    '../_base_/models/deeplabv2_efficientnet_lite0.py', '../_base_/datasets/voc6_segmentation.py',
    '../_base_/schedules/deeplabv2_720.py', '../_base_/iteration_runtime.py'
]
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=120))
