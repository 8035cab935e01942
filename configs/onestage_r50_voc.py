# 1-Stage on ResNet-50, as released. python tools/train.py configs/onestage_r50_voc.py
_base_ = [
    '_base_/models/onestage_r50.py', '_base_/datasets/voc_onestage.py', '_base_/schedules/onestage_20e.py',
    '_base_/default_runtime.py'
]
