# DeepLabv2's head on EfficientNet-Lite0 (timm), stride 16, half the dilations, one scale: on CPUs, stride 8 with its
# dilated depthwise convolutions is slow. The 320 channels before conv_head cost less than the 1280 after it. Stem and
# first four block groups frozen, batch norm statistics kept.
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[127, 127, 127],
        std=[128, 128, 128],
        bgr_to_rgb=True,
        size_divisor=1,
        seg_pad_val=255),
    backbone=dict(
        type='FrozenTIMMBackbone',
        model_name='tf_efficientnet_lite0',
        features_only=True,
        output_stride=16,
        frozen_modules=('conv_stem', 'bn1', 'blocks.0', 'blocks.1', 'blocks.2', 'blocks.3'),
        norm_eval=True,
        init_cfg=dict(type='EfficientNetLite0Init')),
    decode_head=dict(
        type='DeepLabV2Head',
        in_channels=320,
        in_index=-1,
        dilations=(2, 4, 6, 8),
        num_classes=7,
        loss_decode=dict(type='PixelCrossEntropyLoss')),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
tta_model = dict(type='LogitsTTAModel')
