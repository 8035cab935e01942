# ReCAM trains on from cam_efflite0_voc20.py. python tools/train.py configs/voc20/recam_efflite0_voc20.py
# The published learning rates of 5e-5 and 5e-4 belong to 2644 iterations; these are 252. The second classifier's was
# chosen among 0.005, 0.05 and 0.5 on `train` (README.md). Frozen parts are those of all rows on voc20.
_base_ = 'cam_efflite0_voc20.py'
load_from = 'work_dirs/cam_efflite0_voc20/epoch_8.pth'
model = dict(
    backbone=dict(init_cfg=None),
    head=dict(type='ReCAMHead', base=dict(type='CAMHead'), loss_weight=1.0),
    test_cfg=dict(merge=dict(type='SumAll')))
optim_wrapper = dict(
    optimizer=dict(lr=5e-4),
    paramwise_cfg=dict(_delete_=True, custom_keys={'head.recam_classifier': dict(lr_mult=100)}))
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=4, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=4, val_interval=4)
custom_hooks = [*_base_.custom_hooks, dict(type='InitialWeightsHook', new=['head.recam_classifier'])]
