# ReCAM trains on from cam_irn_all_r50_voc.py. python tools/train.py configs/recam_r50_voc.py
_base_ = 'cam_irn_all_r50_voc.py'
load_from = 'work_dirs/cam_irn_all_r50_voc/epoch_5.pth'
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(type='ReCAMHead', base=dict(type='CAMHead'), loss_weight=1.0),
    test_cfg=dict(bg_thr=0.21))
optim_wrapper = dict(
    optimizer=dict(lr=5e-5),
    paramwise_cfg=dict(_delete_=True, custom_keys={'head.recam_classifier': dict(lr_mult=10)}))
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=4, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=4)
custom_hooks = [*_base_.custom_hooks, dict(type='InitialWeightsHook', new=['head.recam_classifier'])]
