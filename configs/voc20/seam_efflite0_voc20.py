# SEAM on twenty classes of VOC, on a CPU. python tools/train.py configs/voc20/seam_efflite0_voc20.py
# The reduced view has 134 of 192 pixels a side, as published of 448 (0.3): 0.3 of 192 would leave a map of 4 x 4.
_base_ = 'cam_efflite0_voc20.py'
model = dict(
    backbone=dict(levels=('blocks.2', 'blocks.4')),
    neck=None,
    head=dict(type='SEAMHead', in_channels=1280, mid_channels=(40, 112)),
    train_cfg=dict(views=[dict(), dict(scale=0.7)]),
    test_cfg=dict(merge=dict(type='SumMinMax')))
