# PASCAL VOC 2012 with image-level labels. Training and validation (mAP) open no mask; the test is the CAM mIoU
# on `train`, whose labels are known, as in the paper's tables. Lists and labels: tools/dataset_converters/voc.py.
dataset_type = 'VOCImageLabelDataset'
data_root = 'data/VOCdevkit/VOC2012'
data_prefix = dict(img_path='JPEGImages', seg_map_path='SegmentationClass')
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='RandomResizeLongSide', min_size=320, max_size=640),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(512, 512), pad_val=(123.675, 116.28, 103.53)),
    dict(type='PackImageLabelInputs')
]
val_pipeline = [dict(type='LoadImage'), dict(type='PackImageLabelInputs')]
test_pipeline = [dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackImageLabelInputs')]
train_dataloader = dict(
    batch_size=16,
    num_workers=4,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=data_prefix,
        ann_file='ImageSets/Segmentation/train_aug.txt',
        label_file='image_labels.json',
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type=dataset_type,
        data_root=data_root,
        data_prefix=data_prefix,
        ann_file='ImageSets/Segmentation/val.txt',
        label_file='image_labels.json',
        test_mode=True,
        pipeline=val_pipeline))
val_evaluator = [dict(type='mmpretrain.AveragePrecision')]
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
        label_file='image_labels.json',
        test_mode=True,
        pipeline=test_pipeline))
test_evaluator = [dict(type='CAMIoUMetric'), dict(type='mmpretrain.AveragePrecision')]
