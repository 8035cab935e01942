# Attention pooling, the classifier of BES: images fit into the crop. python tools/train.py configs/bes_r50_voc.py
_base_ = [
    '_base_/models/cam_r50.py', '_base_/datasets/voc_image_labels.py', '_base_/schedules/cam_5e.py',
    '_base_/default_runtime.py'
]
model = dict(
    neck=dict(_delete_=True, type='AttentionPooling', scale=1e-3),
    test_cfg=dict(merge=dict(type='SumAll'), bg_thr=0.11))
train_pipeline = [
    _base_.train_pipeline[0], dict(type='RandomResizeLongSide', min_size=320, max_size=512),
    *_base_.train_pipeline[2:]
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
