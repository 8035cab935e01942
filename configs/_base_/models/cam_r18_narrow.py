# ResNet-18 of half width at stride 16, trained from scratch: for demonstrations and tests on a CPU.
model = dict(
    type='CAMClassifier',
    data_preprocessor=dict(
        type='CAMDataPreProcessor', mean=[127, 127, 127], std=[64, 64, 64], bgr_to_rgb=True),
    backbone=dict(
        type='ResNet',
        depth=18,
        stem_channels=32,
        base_channels=32,
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 1),
        out_indices=(3, )),
    neck=dict(type='mmpretrain.GlobalAveragePooling'),
    head=dict(type='CAMHead', num_classes=6, in_channels=256),
    test_cfg=dict(scales=(1.0, 2.0), flip=True, labels='gt', bg_thr=0.3))
