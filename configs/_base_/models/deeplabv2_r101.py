# DeepLabv2: ResNet-101 at stride 8 with frozen batch norms, four dilated convolutions, three scales fused by their
# maximum. It starts from ImageNet weights; the published COCO weights give about 1.4 points more.
model = dict(
    type='MultiScaleEncoderDecoder',
    train_scales=(1.0, 0.75, 0.5),
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True,
        size_divisor=1,
        seg_pad_val=255),
    backbone=dict(
        type='ResNet',
        depth=101,
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 2, 4),
        style='pytorch',
        norm_cfg=dict(type='BN', requires_grad=False),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet101')),
    decode_head=dict(
        type='DeepLabV2Head',
        in_channels=2048,
        in_index=3,
        dilations=(6, 12, 18, 24),
        num_classes=21,
        # BalancedCrossEntropyLoss averages background and foreground separately.
        loss_decode=dict(type='PixelCrossEntropyLoss')),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
tta_model = dict(type='LogitsTTAModel')
