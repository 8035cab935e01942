# SEAM on the 320 channels before conv_head. python tools/train.py configs/voc20/seam_efflite0_voc20.py
_base_ = 'cam_efflite0_voc20.py'
model = dict(
    backbone=dict(features_only=True),
    neck=None,
    head=dict(type='SEAMHead', in_channels=320, mid_channels=(40, 112)),
    train_cfg=dict(views=[dict(), dict(scale=0.3)]),
    test_cfg=dict(merge=dict(type='SumMinMax')))
