# IRNet on the drawn sample; its backbone is the trained classifier's.
# python tools/train.py configs/mini/irnet_r18_mini.py
_base_ = [
    '../_base_/models/irnet_r18_narrow.py', '../_base_/datasets/sample_irnet.py',
    '../_base_/schedules/irnet_3e_momentum.py', '../_base_/default_runtime.py'
]
model = dict(
    backbone=dict(
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/vwe_hspp_r18_mini/epoch_15.pth', prefix='backbone.')))
train_cfg = dict(max_epochs=3)
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=3, by_epoch=True, convert_to_iter_based=True)
]
default_hooks = dict(logger=dict(interval=5))
custom_hooks = [
    dict(type='FastInferenceHook'), dict(type='ProgressHook'),
    dict(type='MeanShiftHook', dataloader={{_base_.mean_dataloader}})
]
