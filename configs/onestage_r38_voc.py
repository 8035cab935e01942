# 1-Stage as published, on ResNet38. python tools/train.py configs/onestage_r38_voc.py
# ResNet38's ImageNet weights come first, see configs/seam/README.md.
_base_ = [
    '_base_/models/onestage_r38.py', '_base_/datasets/voc_onestage.py', '_base_/schedules/onestage_24e.py',
    '_base_/default_runtime.py'
]
train_pipeline = [*_base_.train_pipeline]
train_pipeline[1] = dict(_base_.train_pipeline[1], scale=321)
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
