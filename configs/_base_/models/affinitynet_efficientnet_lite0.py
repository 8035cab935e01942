# AffinityNet on EfficientNet-Lite0: its levels at stride 8, 16 and 16, the coarser ones enlarged. Stem and first three
# block groups frozen, batch norm statistics kept.
model = dict(
    type='AffinityNet',
    data_preprocessor=dict(
        type='CAMDataPreProcessor', mean=[127, 127, 127], std=[128, 128, 128], bgr_to_rgb=True),
    backbone=dict(
        type='FrozenTIMMBackbone',
        model_name='tf_efficientnet_lite0',
        features_only=True,
        out_indices=(2, 3, 4),
        output_stride=16,
        frozen_modules=('conv_stem', 'bn1', 'blocks.0', 'blocks.1', 'blocks.2'),
        norm_eval=True,
        init_cfg=dict(type='EfficientNetLite0Init')),
    head=dict(
        type='AffinityHead', in_channels=(40, 112, 320), channels=(32, 64, 128), strides=(8, 16, 16), radius=5),
    test_cfg=dict(radius=5, beta=8, steps=256, alpha=16, border='sources', bg_thr=0.5))
