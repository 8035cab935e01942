# DSRG's schedule: 8000 iterations of batch 20 (the sum over all GPUs), the learning rate times 0.33 every 1000. The
# multiples of the head are those of deeplabv2_20k.py.
_base_ = 'deeplabv2_20k.py'
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [dict(type='MultiStepLR', milestones=list(range(1000, 8000, 1000)), gamma=0.33, by_epoch=False)]
train_cfg = dict(max_iters=8000, val_interval=8000)
auto_scale_lr = dict(base_batch_size=20)
