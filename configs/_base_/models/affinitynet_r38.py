# AffinityNet on ResNet38, as published: conv4, conv5 and conv6, all at stride 8. It starts from ImageNet weights, not
# from the classifier's; tools/model_converters/convert_checkpoint.py resnet38_imagenet writes them.
_base_ = 'affinitynet_r50.py'
model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNet38',
        out_indices=(0, 1, 2),
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/resnet38_imagenet.pth')),
    head=dict(in_channels=(512, 1024, 4096)))
