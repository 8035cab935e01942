# SIPE on the drawn sample. python tools/train.py configs/mini/sipe_r18_mini.py
_base_ = 'cam_r18_mini.py'
model = dict(
    backbone=dict(out_indices=(0, 1, 2, 3)),
    head=dict(type='SIPEHead', mid_channels=(32, 64, 128), with_background=True),
    test_cfg=dict(merge=dict(type='AgainstBackground'), bg_thr=0.5))
optim_wrapper = dict(clip_grad=dict(max_norm=1))
