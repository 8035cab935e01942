# 720 iterations for a new head on a backbone that is already trained to classify.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='AdamW', lr=5e-4, weight_decay=0.05),
    paramwise_cfg=dict(custom_keys={'decode_head': dict(lr_mult=10)}))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, begin=0, end=20, by_epoch=False),
    dict(type='PolyLR', power=0.9, eta_min=0, begin=20, end=720, by_epoch=False)
]
train_cfg = dict(type='IterBasedTrainLoop', max_iters=720, val_interval=720)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
