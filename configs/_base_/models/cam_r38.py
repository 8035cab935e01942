# ResNet38 at stride 8 with AffinityNet's (PSA's) classifier: drop-out of channels, average pooling, 20 classes.
# tools/model_converters/convert_checkpoint.py resnet38_imagenet writes its ImageNet weights.
_base_ = 'cam_r50.py'
model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNet38',
        out_indices=(2, ),
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/resnet38_imagenet.pth')),
    head=dict(in_channels=4096, drop_ratio=0.5, init_cfg=dict(type='Xavier', layer='Conv2d', distribution='uniform')),
    test_cfg=dict(merge=dict(type='SumAll'), bg_thr=0.2))
