# SEAM on the drawn sample. python tools/train.py configs/mini/seam_r18_mini.py
_base_ = 'cam_r18_mini.py'
model = dict(
    backbone=dict(out_indices=(1, 2, 3)),
    neck=None,
    head=dict(type='SEAMHead', mid_channels=(64, 128)),
    train_cfg=dict(views=[dict(), dict(scale=0.5)]),
    test_cfg=dict(merge=dict(type='SumMinMax')))
