# SEAM on ResNet38 at stride 8: three levels for the pixel correlation, two views in training; 20 classes.
model = dict(
    type='CAMClassifier',
    data_preprocessor=dict(
        type='CAMDataPreProcessor',
        mean=[123.675, 116.28, 103.53],
        std=[58.395, 57.12, 57.375],
        bgr_to_rgb=True),
    backbone=dict(
        type='ResNet38',
        out_indices=(0, 1, 2),
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/resnet38_imagenet.pth')),
    head=dict(type='SEAMHead', num_classes=20, in_channels=4096, mid_channels=(512, 1024)),
    train_cfg=dict(views=[dict(), dict(scale=0.3)]),
    test_cfg=dict(scales=(0.5, 1.0, 1.5, 2.0), flip=True, merge=dict(type='SumMinMax'), labels='gt', bg_thr=0.26))
