# The schedule of PSA's AffinityNet, and of its classifier but for the epochs: SGD without momentum (the authors' code
# hands the weight decay to it), polynomial decay at every iteration. Backbone weights have the learning rate 0.1, its
# biases twice as much and no weight decay, new layers ten times as much as either.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=0.1, momentum=5e-4, weight_decay=5e-4),
    paramwise_cfg=dict(
        bias_lr_mult=2,
        bias_decay_mult=0,
        custom_keys={'head': dict(lr_mult=10), 'head.classifier.bias': dict(lr_mult=20, decay_mult=0)}))
param_scheduler = [
    dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=8, by_epoch=True, convert_to_iter_based=True)
]
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=8)
val_cfg = None
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(enable=False, base_batch_size=8)
