# SIPE on twenty classes of VOC, on a CPU. python tools/train.py configs/voc20/sipe_efflite0_voc20.py
_base_ = 'cam_efflite0_voc20.py'
model = dict(
    backbone=dict(levels=('blocks.1', 'blocks.2', 'blocks.4')),
    head=dict(type='SIPEHead', in_channels=1280, mid_channels=(24, 40, 112), with_background=True),
    test_cfg=dict(merge=dict(type='AgainstBackground'), bg_thr=0.5))
optim_wrapper = dict(clip_grad=dict(max_norm=1))
