# DeepLabv2 on the pseudo labels of irnet_r18_mini.py; it starts from the trained classifier's backbone.
# python tools/train.py configs/mini/deeplabv2_r18_mini.py
_base_ = [
    '../_base_/models/deeplabv2_r18_narrow.py', '../_base_/datasets/sample_segmentation.py',
    '../_base_/schedules/mini_720.py', '../_base_/iteration_runtime.py'
]
model = dict(
    backbone=dict(
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/vwe_hspp_r18_mini/epoch_15.pth', prefix='backbone.')))
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=120))
