# 300 iterations of batch 8, for some hundred pictures and a CPU; else as deeplabv2_20k.py.
_base_ = 'deeplabv2_20k.py'
param_scheduler = [dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=300, by_epoch=False)]
train_cfg = dict(max_iters=300, val_interval=300)
