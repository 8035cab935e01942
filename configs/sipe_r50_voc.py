# SIPE on ResNet-50, on any backbone with several levels. python tools/train.py configs/sipe_r50_voc.py
_base_ = [
    '_base_/models/cam_r50.py', '_base_/datasets/voc_image_labels.py', '_base_/schedules/sipe_5e.py',
    '_base_/default_runtime.py'
]
model = dict(
    backbone=dict(out_indices=(0, 1, 2, 3)),
    head=dict(type='SIPEHead', mid_channels=(256, 512, 1024), with_background=True),
    test_cfg=dict(merge=dict(type='AgainstBackground'), bg_thr=0.5))
