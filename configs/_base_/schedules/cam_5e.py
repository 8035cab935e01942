# IRN's schedule of a classifier: 5 epochs, learning rate 0.1 for the backbone and 1.0 for new layers, polynomial decay
# at every iteration. The published rates belong to a momentum of 1e-4 (see cam_6e.py).
_base_ = 'cam_6e.py'
optim_wrapper = dict(optimizer=dict(lr=1.0))
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=5, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=5)
