# DSRG on twenty classes of VOC, on a CPU. python tools/train.py configs/voc20/dsrg_efflite0_voc20.py
_base_ = [
    '../_base_/models/dsrg_efficientnet_lite0.py', '../_base_/datasets/voc20_cues.py',
    '../_base_/schedules/deeplabv2_720.py', '../_base_/iteration_runtime.py'
]
default_hooks = dict(logger=dict(interval=20), checkpoint=dict(interval=120))
model = dict(decode_head=dict(num_classes=21))
# At 2.5e-4 it predicts background only from 20 iterations on, and stays there.
optim_wrapper = dict(optimizer=dict(lr=2.5e-5))
