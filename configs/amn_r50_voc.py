# AMN learns the seed labels of cam_irn_r50_voc.py. python tools/train.py configs/amn_r50_voc.py
# Before: tools/make_cams.py and tools/make_ir_labels.py; after: tools/make_cams.py with this config.
_base_ = [
    '_base_/models/cam_r50.py', '_base_/datasets/voc_amn.py', '_base_/schedules/amn_5e.py',
    '_base_/default_runtime.py'
]
model = dict(
    backbone=dict(frozen_stages=0),  # only the first convolution and its norm
    neck=None,
    head=dict(type='AMNHead'),
    test_cfg=dict(merge=dict(type='SoftmaxOfMean'), bg_thr=0.25))
