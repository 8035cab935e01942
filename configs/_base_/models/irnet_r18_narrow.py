# IRNet on the trained classifier's frozen ResNet-18 of half width: for demonstrations and tests on a CPU.
model = dict(
    type='IRNet',
    data_preprocessor=dict(
        type='CAMDataPreProcessor', mean=[127, 127, 127], std=[64, 64, 64], bgr_to_rgb=True),
    backbone=dict(
        type='ResNetWithStem',
        depth=18,
        stem_channels=32,
        base_channels=32,
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 1)),
    head=dict(type='IRNHead', in_channels=(32, 32, 64, 128, 256), strides=(4, 4, 8, 16, 16), radius=10),
    test_cfg=dict(min_size=320, radius=5, beta=20, steps=16, bg_thr=0.25))
