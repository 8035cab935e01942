# The baseline of the paper's Table 1: global average pooling. python tools/train.py configs/cam_r50_voc.py
_base_ = [
    '_base_/models/cam_r50.py', '_base_/datasets/voc_image_labels.py', '_base_/schedules/cam_6e.py',
    '_base_/default_runtime.py'
]
