# AffinityNet on VGG16, as published: the ends of the fourth and the fifth stage and fc7, all at stride 8. Like the
# authors' it starts from ImageNet weights, not from the classifier's; for the means see cam_vgg16.py.
_base_ = 'affinitynet_r50.py'
model = dict(
    data_preprocessor=dict(mean=[122.675, 116.669, 104.008]),
    backbone=dict(
        _delete_=True,
        type='VGG16FC',
        out_indices=(0, 1, 2),
        fc6_dilation=4,
        init_cfg=[dict(type='VGG16Decimation'), dict(type='Pretrained', checkpoint='torchvision://vgg16')]),
    head=dict(in_channels=(512, 512, 1024), norm_groups=(8, 16, 32)))
