# SEC: VGG16 DeepLab-LargeFOV with the seed, expansion and constrain losses. It starts from torchvision's VGG16 with its
# normalisation; the published run starts from DeepLab's own file, on BGR minus (104, 117, 123).
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
        type='VGG16Stride8', init_cfg=dict(type='Pretrained', checkpoint='torchvision://vgg16')),
    decode_head=dict(
        type='LargeFOVHead',
        in_channels=512,
        channels=1024,
        in_index=0,
        dilations=(12, ),
        num_classes=21,
        align_corners=True,
        init_cfg=dict(type='VGG16Decimation', checkpoint='torchvision://vgg16')),
    losses=[dict(type='SeedLoss'), dict(type='ExpansionLoss'), dict(type='ConstrainLoss')],
    crf=dict(energies='scores'),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
tta_model = dict(type='LogitsTTAModel')
