# IRNet's schedule: 3 epochs, learning rate 0.1 for the boundary branch and ten times that for the displacement branch,
# polynomial decay at every iteration, no momentum (see cam_6e.py). The published batch of 32 is the sum over all GPUs.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=0.1, momentum=1e-4, weight_decay=1e-4),
    paramwise_cfg=dict(custom_keys={'head.displacement': dict(lr_mult=10)}))
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=3, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=3)
val_cfg = None
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(enable=False, base_batch_size=32)
