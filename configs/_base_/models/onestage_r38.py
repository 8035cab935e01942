# 1-Stage on ResNet38 at stride 8, as published; logits at stride 4, from b3_2 and conv6.
# tools/model_converters/convert_checkpoint.py resnet38_imagenet writes its ImageNet weights.
_base_ = 'onestage_r50.py'
model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNet38',
        out_indices=(2, ),
        shallow=True,
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/resnet38_imagenet.pth')),
    decode_head=dict(in_channels=(256, 4096), in_index=(0, 1)),
    test_cfg=dict(scales=(1.0, 0.5, 1.5, 2.0), pad_size=1024))
