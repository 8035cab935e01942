# SC-CAM's schedule: a polynomial over 61 epochs, of which a round runs a part (31, 41 and 51 epochs of rounds 1 to 3);
# learning rate 0.01 for the backbone and 0.1 for the heads. The published momentum is practically none, see cam_6e.py.
_base_ = 'cam_6e.py'
optim_wrapper = dict(optimizer=dict(type='SGD', lr=0.1, momentum=5e-4, weight_decay=5e-4))
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=61, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(max_epochs=51)
