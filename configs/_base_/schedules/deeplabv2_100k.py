# deeplabv2_20k.py with 100000 iterations, for data sets of the size of MS COCO.
_base_ = 'deeplabv2_20k.py'
param_scheduler = [dict(type='PolyLR', power=0.9, eta_min=0, begin=0, end=100000, by_epoch=False)]
train_cfg = dict(max_iters=100000)
