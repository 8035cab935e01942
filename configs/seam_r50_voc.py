# SEAM on ResNet-50 at stride 16, on any backbone with two mid levels. python tools/train.py configs/seam_r50_voc.py
_base_ = [
    '_base_/models/cam_r50.py', '_base_/datasets/seam_voc_image_labels.py', '_base_/schedules/seam_8e.py',
    '_base_/default_runtime.py'
]
model = dict(
    backbone=dict(out_indices=(1, 2, 3)),
    neck=None,
    head=dict(type='SEAMHead', mid_channels=(512, 1024)),
    train_cfg=dict(views=[dict(), dict(scale=0.3)]),
    test_cfg=dict(scales=(0.5, 1.0, 1.5, 2.0), merge=dict(type='SumMinMax'), bg_thr=0.26))
