# The same on ResNet38, as published. python tools/train.py configs/affinitynet_r38_voc.py
_base_ = [
    '_base_/models/affinitynet_r38.py', '_base_/datasets/voc_affinitynet.py', '_base_/schedules/psa_8e.py',
    '_base_/default_runtime.py'
]
