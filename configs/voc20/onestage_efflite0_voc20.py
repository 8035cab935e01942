# 1-Stage on twenty classes of VOC, on a CPU: one training.
# python tools/train.py configs/voc20/onestage_efflite0_voc20.py
_base_ = [
    '../_base_/models/onestage_efficientnet_lite0.py', '../_base_/datasets/voc20_onestage.py',
    '../_base_/schedules/onestage_15e.py', '../_base_/default_runtime.py'
]
default_hooks = dict(logger=dict(interval=10))
