# AMN on twenty classes of VOC, on a CPU. python tools/train.py configs/voc20/amn_efflite0_voc20.py
# The published learning rates of 5e-6 and 1e-4 belong to 3305 iterations; these are 504, and with crops of 192 the
# dilations are small.
_base_ = [
    '../_base_/models/cam_efficientnet_lite0.py', '../_base_/datasets/voc20_amn.py', '../_base_/schedules/amn_5e.py',
    '../_base_/default_runtime.py'
]
default_hooks = dict(logger=dict(interval=10))
model = dict(
    neck=None,
    head=dict(type='AMNHead', num_classes=20, in_channels=1280, dilations=(1, 2, 3, 4)),
    test_cfg=dict(merge=dict(type='SumMinMax', negative_minimum=False), bg_thr=0.25))
optim_wrapper = dict(optimizer=dict(lr=5e-4), paramwise_cfg=dict(custom_keys={'backbone': dict(lr_mult=0.1)}))
train_cfg = dict(max_epochs=8, val_interval=8)
