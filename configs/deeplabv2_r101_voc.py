# DeepLabv2 on the pseudo labels of irnet_r50_voc.py. python tools/train.py configs/deeplabv2_r101_voc.py
_base_ = [
    '_base_/models/deeplabv2_r101.py', '_base_/datasets/voc_segmentation.py',
    '_base_/schedules/deeplabv2_20k.py', '_base_/iteration_runtime.py'
]
