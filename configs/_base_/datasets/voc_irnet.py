# PASCAL VOC 2012 for IRNet: it learns from the IR labels of train_aug (tools/make_ir_labels.py) and is tested on the
# CAMs of `train` (tools/make_cams.py), as pseudo labels against the official masks.
dataset_type = 'VOCImageLabelDataset'
data_root = 'data/VOCdevkit/VOC2012'
data_prefix = dict(img_path='JPEGImages', seg_map_path='SegmentationClass')
cam_dir = 'work_dirs/vwe_hspp_r50_voc/cams'
ir_label_dir = 'work_dirs/vwe_hspp_r50_voc/ir_labels'
crop_size = (512, 512)
pad_val = (123.675, 116.28, 103.53)
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadMask'),
    dict(type='RandomScale', min_scale=0.5, max_scale=1.5),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=crop_size, pad_val=pad_val),
    dict(type='PackImageLabelInputs')
]
mean_pipeline = [
    dict(type='LoadImage'),
    dict(type='TopLeftCropPad', crop_size=crop_size, pad_val=pad_val),
    dict(type='PackImageLabelInputs')
]
test_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadCAM'),
    dict(type='LoadMask'),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(
    batch_size=32,
    num_workers=4,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=data_prefix,
        ann_file='ImageSets/Segmentation/train_aug.txt',
        seg_map_dir=ir_label_dir,
        pipeline=train_pipeline))
mean_dataloader = dict(
    batch_size=32,
    num_workers=4,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=data_prefix,
        ann_file='ImageSets/Segmentation/train.txt',
        label_file=None,
        pipeline=mean_pipeline))
test_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=data_prefix,
        ann_file='ImageSets/Segmentation/train.txt',
        cam_dir=cam_dir,
        test_mode=True,
        pipeline=test_pipeline))
test_evaluator = [dict(type='CAMIoUMetric', name='walk_curve'), dict(type='PseudoLabelWriter')]
val_dataloader = None
val_evaluator = None
