# DSRG: DeepLabv2's ResNet-101 with region growing, the balanced seed loss and the boundary loss. Batch norms are
# frozen.
model = dict(
    type='CueEncoderDecoder',
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
        align_corners=True),
    losses=[dict(type='BalancedSeedLoss'), dict(type='ConstrainLoss', ratio=(0.05, 20))],
    crf=dict(energies='probs', gradient=True),
    growing=dict(bg_thr=0.99, fg_thr=0.85),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
tta_model = dict(type='LogitsTTAModel')
