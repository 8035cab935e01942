# DeepLabv2's head on the first three stages of a ResNet-18 of half width, at stride 8 (the fourth stage would cost
# twice as much): for demonstrations and tests on a CPU. The dilation keeps the receptive field of cam_r18_narrow.py.
model = dict(
    type='EncoderDecoder',
    data_preprocessor=dict(
        type='SegDataPreProcessor',
        mean=[127, 127, 127],
        std=[64, 64, 64],
        bgr_to_rgb=True,
        size_divisor=1,
        seg_pad_val=255),
    backbone=dict(
        type='ResNet',
        depth=18,
        stem_channels=32,
        base_channels=32,
        num_stages=3,
        strides=(1, 2, 1),
        dilations=(1, 1, 2),
        out_indices=(0, 1, 2),
        contract_dilation=True),
    decode_head=dict(
        type='DeepLabV2Head',
        in_channels=128,
        in_index=2,
        dilations=(3, 6, 9, 12),
        num_classes=7,
        loss_decode=dict(type='PixelCrossEntropyLoss')),
    train_cfg=dict(),
    test_cfg=dict(mode='whole'))
tta_model = dict(type='LogitsTTAModel')
