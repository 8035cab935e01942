# 1-Stage's schedule for ResNet38: 24 epochs, twice the learning rate, and twice as much again for biases.
_base_ = 'onestage_20e.py'
optim_wrapper = dict(
    optimizer=dict(lr=1e-3),
    paramwise_cfg=dict(custom_keys={'.bn.bias': dict(lr_mult=20), 'classifier.bias': dict(lr_mult=20)}))
train_cfg = dict(max_epochs=24)
