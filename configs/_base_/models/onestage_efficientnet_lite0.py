# 1-Stage on EfficientNet-Lite0 (timm), from its levels at stride 4 and 16, with half the channels in the decoder and
# dilations for images of half the size. Stem and first three block groups frozen, batch norm statistics kept.
# After a training of about a thousand iterations the background is less sure than after the published ones: it has
# the power 1 in tests, not 3.
model = dict(
    type='OneStageSegmentor',
    data_preprocessor=dict(
        type='CAMDataPreProcessor', mean=[127, 127, 127], std=[128, 128, 128], bgr_to_rgb=True),
    backbone=dict(
        type='FrozenTIMMBackbone',
        model_name='tf_efficientnet_lite0',
        features_only=True,
        output_stride=16,
        frozen_modules=('conv_stem', 'bn1', 'blocks.0', 'blocks.1', 'blocks.2'),
        norm_eval=True,
        init_cfg=dict(type='EfficientNetLite0Init')),
    decode_head=dict(
        type='OneStageHead',
        in_channels=(24, 320),
        in_index=(1, 4),
        channels=128,
        skip_channels=24,
        num_classes=21,
        dilations=(1, 3, 6, 9),
        init_cfg=dict(  # classes start with equal scores
            type='Kaiming', layer='Conv2d', mode='fan_in', override=dict(type='Normal', name='classifier', std=0.01))),
    train_cfg=dict(warmup_epochs=5),
    test_cfg=dict(scales=(1.0, 0.5, 1.5), flip=True, bg_power=3, labels='pred', score_thr=0.1))
