# ReCAM on the drawn sample; it trains on from cam_r18_mini.py. python tools/train.py configs/mini/recam_r18_mini.py
_base_ = 'cam_r18_mini.py'
load_from = 'work_dirs/cam_r18_mini/epoch_15.pth'
model = dict(head=dict(type='ReCAMHead', base=dict(type='CAMHead')), test_cfg=dict(merge=dict(type='SumAll')))
optim_wrapper = dict(
    optimizer=dict(lr=2e-4), paramwise_cfg=dict(custom_keys={'head.recam_classifier': dict(lr_mult=10)}))
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=4, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=4, val_interval=4)
custom_hooks = [*_base_.custom_hooks, dict(type='InitialWeightsHook', new=['head.recam_classifier'])]
