# DSRG on the cues of cam_r50_voc.py (tools/make_cues.py). python tools/train.py configs/dsrg_r101_voc.py
_base_ = [
    '_base_/models/dsrg_r101.py', '_base_/datasets/voc_cues.py', '_base_/schedules/dsrg_8k.py',
    '_base_/iteration_runtime.py'
]
train_pipeline = [
    *_base_.train_pipeline[:-1],
    dict(type='RandomFlip', prob=0.5),
    _base_.train_pipeline[-1]
]
train_dataloader = dict(batch_size=20, dataset=dict(pipeline=train_pipeline))
