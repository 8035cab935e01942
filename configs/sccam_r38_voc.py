# A round of SC-CAM on ResNet38, as published. python tools/train.py configs/sccam_r38_voc.py
_base_ = 'sccam_r50_voc.py'
sub_category_file = 'work_dirs/cam_r38_voc/sub_categories.json'
model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNet38',
        out_indices=(2, ),
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/resnet38_imagenet.pth')),
    head=dict(in_channels=4096))
train_dataloader = dict(dataset=dict(sub_category_file=sub_category_file))
