# 1-Stage on the drawn sample. python tools/train.py configs/mini/onestage_r18_mini.py
_base_ = [
    '../_base_/models/onestage_r18_narrow.py', '../_base_/datasets/sample_onestage.py',
    '../_base_/schedules/mini_15e.py', '../_base_/default_runtime.py'
]
default_hooks = dict(logger=dict(interval=5))
