# AffinityNet on the drawn sample; it starts from the trained classifier's backbone.
# python tools/train.py configs/mini/affinitynet_r18_mini.py
_base_ = [
    '../_base_/models/affinitynet_r18_narrow.py', '../_base_/datasets/sample_affinitynet.py',
    '../_base_/schedules/mini_15e.py', '../_base_/default_runtime.py'
]
model = dict(
    backbone=dict(
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/cam_r18_mini/epoch_15.pth', prefix='backbone.')))
train_cfg = dict(max_epochs=8)
val_cfg = None
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=8, by_epoch=True, convert_to_iter_based=True)
]
default_hooks = dict(logger=dict(interval=5))
