# SEAM's schedule: 8 epochs, learning rate 0.01 for the backbone and 0.1 for new layers, polynomial decay at every
# iteration. Biases learn twice as fast, without weight decay. The published rates belong to a momentum of 5e-4, which is
# practically none: the release passes its weight decay in place of SGD's momentum.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=0.01, momentum=5e-4, weight_decay=5e-4),
    paramwise_cfg=dict(
        custom_keys={'head.classifier': dict(lr_mult=10), 'head.correlation': dict(lr_mult=10)},
        bias_lr_mult=2,
        bias_decay_mult=0))
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=8, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=8, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(enable=False, base_batch_size=8)
