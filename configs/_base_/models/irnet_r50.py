# IRNet on a frozen ResNet-50 (stride 16, no dilation): five levels; the first one is the stem after its max pool.
model = dict(
    type='IRNet',
    data_preprocessor=dict(
        type='CAMDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True),
    backbone=dict(
        type='ResNetWithStem',
        depth=50,
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 1),
        style='pytorch',
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50')),
    head=dict(type='IRNHead', in_channels=(64, 256, 512, 1024, 2048), strides=(4, 4, 8, 16, 16), radius=10),
    test_cfg=dict(min_size=512, radius=5, beta=10, steps=256, bg_thr=0.25))
