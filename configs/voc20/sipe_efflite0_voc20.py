# SIPE on the 320 channels before conv_head. python tools/train.py configs/voc20/sipe_efflite0_voc20.py
_base_ = 'cam_efflite0_voc20.py'
model = dict(
    backbone=dict(features_only=True),
    head=dict(type='SIPEHead', in_channels=320, mid_channels=(24, 40, 112), with_background=True),
    test_cfg=dict(merge=dict(type='AgainstBackground'), bg_thr=0.5))
optim_wrapper = dict(clip_grad=dict(max_norm=1))
