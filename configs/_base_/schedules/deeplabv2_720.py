# 720 iterations of batch 8, for a few hundred images, an ImageNet backbone and a CPU.
_base_ = 'deeplabv2_20k.py'
optim_wrapper = dict(
    optimizer=dict(_delete_=True, type='AdamW', lr=3e-4, weight_decay=0.01),
    paramwise_cfg=dict(_delete_=True, custom_keys={'decode_head': dict(lr_mult=5)}))
param_scheduler = [dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=720, by_epoch=False)]
train_cfg = dict(max_iters=720, val_interval=720)
auto_scale_lr = dict(base_batch_size=8)
