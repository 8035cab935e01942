# The schedule of AffinityNet's (PSA's) classifier on a backbone with biases, which learn twice as fast, without decay.
_base_ = 'psa_8e.py'
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=15, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=15, val_interval=1)
val_cfg = dict(_delete_=True, type='ValLoop')
auto_scale_lr = dict(base_batch_size=16)
