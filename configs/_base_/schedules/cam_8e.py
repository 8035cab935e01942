# Eight epochs, for data sets of about a thousand images; otherwise like cam_6e.py.
_base_ = 'cam_6e.py'
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=8, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=8, val_interval=8)
