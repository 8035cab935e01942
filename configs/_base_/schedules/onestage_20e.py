# 1-Stage's schedule: 20 epochs of batch 16 with a constant learning rate, 5e-4 for the backbone and ten times as much
# for the decoder. The momentum is a real one. Weights of norms decay, biases do not.
optim_wrapper = dict(
    type='OptimWrapper',
    optimizer=dict(type='SGD', lr=5e-4, momentum=0.9, weight_decay=5e-4),
    paramwise_cfg=dict(
        custom_keys={
            'head': dict(lr_mult=10),
            '.bn.bias': dict(lr_mult=10, decay_mult=0),
            'classifier.bias': dict(lr_mult=10, decay_mult=0)
        }))
param_scheduler = None
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=20, val_interval=1)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')
auto_scale_lr = dict(enable=False, base_batch_size=16)
