# AffinityNet on the classifier's ResNet-18 of half width, whose last levels at stride 16 are enlarged: for
# demonstrations and tests on a CPU.
model = dict(
    type='AffinityNet',
    data_preprocessor=dict(
        type='CAMDataPreProcessor', mean=[127, 127, 127], std=[64, 64, 64], bgr_to_rgb=True),
    backbone=dict(
        type='ResNet',
        depth=18,
        stem_channels=32,
        base_channels=32,
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 1),
        out_indices=(1, 2, 3),
        norm_eval=True),
    head=dict(
        type='AffinityHead', in_channels=(64, 128, 256), channels=(32, 32, 32), strides=(8, 16, 16), radius=5),
    test_cfg=dict(radius=5, beta=8, steps=16, alpha=4, border='all', bg_thr=0.5))
