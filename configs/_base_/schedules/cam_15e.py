# The schedule of AffinityNet's (PSA's) classifier: 15 epochs, learning rate 0.1 for the backbone and 1.0 for the head.
_base_ = 'cam_6e.py'
optim_wrapper = dict(optimizer=dict(type='SGD', lr=1.0, momentum=5e-4, weight_decay=5e-4))
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=15, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=15)
