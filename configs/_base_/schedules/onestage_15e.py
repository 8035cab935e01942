# 1-Stage on data sets of about a thousand images: 15 epochs, with the learning rate of ResNet38.
_base_ = 'onestage_20e.py'
optim_wrapper = dict(optimizer=dict(lr=1e-3))
train_cfg = dict(max_epochs=15, val_interval=15)
