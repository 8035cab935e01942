# DeepLabv2 on the pseudo labels of irnet_r18_mini.py; its backbone starts from the trained classifier's.
# python tools/train.py configs/mini/deeplabv2_r18_mini.py
_base_ = [
    '../_base_/models/deeplabv2_r18_narrow.py', '../_base_/datasets/sample_segmentation.py',
    '../_base_/schedules/mini_400.py', '../_base_/iteration_runtime.py'
]
default_hooks = dict(logger=dict(interval=10), checkpoint=dict(interval=100))
