# AffinityNet's (PSA's) classifier on VGG16 at stride 8, with fc6 and fc7. Its CAMs are square roots. The means are the
# authors'; the network starts from torchvision's VGG16, theirs from DeepLab's own file, on BGR minus the means.
_base_ = 'cam_r50.py'
model = dict(
    data_preprocessor=dict(mean=[122.675, 116.669, 104.008]),
    backbone=dict(
        _delete_=True,
        type='VGG16FC',
        out_indices=(2, ),
        fc6_dilation=1,
        init_cfg=[dict(type='VGG16Decimation'), dict(type='Pretrained', checkpoint='torchvision://vgg16')]),
    head=dict(in_channels=1024, drop_ratio=0.5, init_cfg=dict(type='Xavier', layer='Conv2d', distribution='uniform')),
    test_cfg=dict(merge=dict(type='SumAll', power=0.5), bg_thr=0.2))
