# IRNet on a frozen EfficientNet-Lite0 with ImageNet weights; its finest level (stride 2) is pooled.
model = dict(
    type='IRNet',
    data_preprocessor=dict(
        type='CAMDataPreProcessor', mean=[127, 127, 127], std=[128, 128, 128], bgr_to_rgb=True),
    backbone=dict(
        type='FrozenTIMMBackbone',
        model_name='tf_efficientnet_lite0',
        features_only=True,
        output_stride=16,
        init_cfg=dict(type='EfficientNetLite0Init')),
    head=dict(type='IRNHead', in_channels=(16, 24, 40, 112, 320), strides=(2, 4, 8, 16, 16), radius=10),
    test_cfg=dict(min_size=512, radius=5, beta=10, steps=256, bg_thr=0.25))
