# AffinityNet on ResNet-50, dilated so that three levels are at stride 8, as those of the authors' ResNet38.
model = dict(
    type='AffinityNet',
    data_preprocessor=dict(
        type='CAMDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True),
    backbone=dict(
        type='ResNet',
        depth=50,
        strides=(1, 2, 1, 1),
        dilations=(1, 1, 2, 4),
        out_indices=(1, 2, 3),
        style='pytorch',
        frozen_stages=1,
        norm_cfg=dict(type='BN', requires_grad=False),
        norm_eval=True,
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet50')),
    head=dict(type='AffinityHead', in_channels=(512, 1024, 2048), channels=(64, 128, 256), strides=(8, 8, 8), radius=5),
    test_cfg=dict(radius=5, beta=8, steps=256, alpha=16, border='sources', bg_thr=0.5))
