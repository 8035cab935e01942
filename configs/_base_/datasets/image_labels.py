# A classifier on any data set: training and validation (mAP) read no masks; the test measures the CAM mIoU on `train`
# with known labels. voc_image_labels.py adds the facts of a data set.
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
        ann_file='ImageSets/Segmentation/train_aug.txt',
        label_file='image_labels.json',
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
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
        ann_file='ImageSets/Segmentation/train.txt',
        label_file='image_labels.json',
        test_mode=True,
        pipeline=test_pipeline))
test_evaluator = [dict(type='CAMIoUMetric'), dict(type='mmpretrain.AveragePrecision')]
