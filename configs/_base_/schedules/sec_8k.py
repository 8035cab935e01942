# SEC's schedule: 8000 iterations of batch 15 (the sum over all GPUs), the learning rate divided by 10 every 2000,
# biases at twice the rate without decay, the last layer at ten times the rate.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=1e-3, momentum=0.9, weight_decay=5e-4),
    paramwise_cfg=dict(
        bias_lr_mult=2,
        bias_decay_mult=0,
        custom_keys={
            'fc8': dict(lr_mult=10),
            'fc8.bias': dict(lr_mult=20, decay_mult=0)
        }))
param_scheduler = [dict(type='MultiStepLR', milestones=[2000, 4000, 6000], gamma=0.1, by_epoch=False)]
train_cfg = dict(type='IterBasedTrainLoop', max_iters=8000, val_interval=8000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(enable=False, base_batch_size=15)
