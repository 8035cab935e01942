# AMN on the drawn sample; its backbone is the trained classifier's. python tools/train.py configs/mini/amn_r18_mini.py
_base_ = 'cam_r18_mini.py'
seed_label_dir = 'work_dirs/cam_r18_mini/ir_labels'
model = dict(
    backbone=dict(
        init_cfg=dict(type='Pretrained', checkpoint='work_dirs/cam_r18_mini/epoch_15.pth', prefix='backbone.')),
    neck=None,
    head=dict(type='AMNHead', num_classes=6, in_channels=256, dilations=(1, 2, 3, 4)),
    test_cfg=dict(merge=dict(type='SoftmaxOfMean'), bg_thr=0.25))
train_pipeline = [_base_.train_pipeline[0], dict(type='LoadMask'), *_base_.train_pipeline[1:]]
train_dataloader = dict(dataset=dict(seg_map_dir=seed_label_dir, pipeline=train_pipeline))
optim_wrapper = dict(optimizer=dict(lr=5e-4))
