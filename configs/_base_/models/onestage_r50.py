# 1-Stage on ResNet-50 at stride 16 without dilation, batch norms and first convolution frozen; logits at stride 4; 20
# classes and the background.
model = dict(
    type='OneStageSegmentor',
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
        out_indices=(0, 1, 2, 3),
        style='pytorch',
        frozen_stages=0,
        norm_cfg=dict(type='BN', requires_grad=False),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50')),
    decode_head=dict(
        type='OneStageHead',
        in_channels=(256, 2048),
        in_index=(0, 3),
        num_classes=21,
        dilations=(1, 12, 24, 36),
        gate_rate=0.3),
    focal=dict(power=3, offset=0.01),
    train_cfg=dict(warmup_epochs=5, refine=dict(type='PAMR'), fg_factor=0.6, bg_factor=0.7, floor=0.2),
    test_cfg=dict(scales=(1.0, 0.75, 1.25, 1.5), flip=True, pad_size=768, bg_power=3, labels='pred', score_thr=0.1))
