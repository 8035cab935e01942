# 1-Stage on a ResNet-18 of half width, trained from scratch: for demonstrations and tests on a CPU. After so short a
# training the background is not sure of itself, and the published power of 3 would remove it.
model = dict(
    type='OneStageSegmentor',
    data_preprocessor=dict(
        type='CAMDataPreProcessor', mean=[127, 127, 127], std=[64, 64, 64], bgr_to_rgb=True),
    backbone=dict(
        type='ResNet',
        depth=18,
        stem_channels=32,
        base_channels=32,
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 1),
        out_indices=(0, 3)),
    decode_head=dict(
        type='OneStageHead',
        in_channels=(32, 256),
        in_index=(0, 1),
        channels=32,
        skip_channels=8,
        num_classes=7,
        dilations=(1, 2, 3, 4),
        init_cfg=dict(  # classes start with equal scores
            type='Kaiming', layer='Conv2d', mode='fan_in', override=dict(type='Normal', name='classifier', std=0.01))),
    train_cfg=dict(warmup_epochs=5),
    test_cfg=dict(scales=(1.0, 0.75), flip=True, bg_power=1, labels='pred', score_thr=0.1))
