# AffinityNet on ResNet38, as published: conv4, conv5 and conv6, all at stride 8.
_base_ = 'affinitynet_r50.py'
model = dict(
    backbone=dict(_delete_=True, type='ResNet38', out_indices=(0, 1, 2)),
    head=dict(in_channels=(512, 1024, 4096)))
