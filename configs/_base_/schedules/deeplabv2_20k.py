# DeepLabv2's schedule: 20000 iterations of batch 10 (the sum over all GPUs), polynomial decay, ten times the learning
# rate for the head's weights and twenty times, without decay, for its biases.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=2.5e-4, momentum=0.9, weight_decay=5e-4),
    paramwise_cfg=dict(
        custom_keys={
            'decode_head': dict(lr_mult=10),
            **{f'decode_head.branches.{index}.bias': dict(lr_mult=20, decay_mult=0) for index in range(4)}
        }))
param_scheduler = [dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=20000, by_epoch=False)]
train_cfg = dict(type='IterBasedTrainLoop', max_iters=20000, val_interval=10000)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(enable=False, base_batch_size=10)
