# ResNet-50 at stride 16 without dilation, ImageNet batch norm statistics, stem to layer2 frozen; 20 classes.
model = dict(
    type='CAMClassifier',
    data_preprocessor=dict(
        type='CAMDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True),
    backbone=dict(
        type='ResNet',
        depth=50,
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 1),
        out_indices=(3, ),
        style='pytorch',
        frozen_stages=2,
        norm_cfg=dict(type='BN', requires_grad=True),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50')),
    neck=dict(type='mmpretrain.GlobalAveragePooling'),
    head=dict(type='CAMHead', num_classes=20, in_channels=2048),
    test_cfg=dict(scales=(1.0, 0.5, 1.5, 2.0), flip=True, labels='gt', bg_thr=0.14))
