# The schedule of BES's boundary network: irnet_3e.py with a batch of 16 and one learning rate.
_base_ = 'irnet_3e.py'
optim_wrapper = dict(paramwise_cfg=dict(_delete_=True))
auto_scale_lr = dict(base_batch_size=16)
