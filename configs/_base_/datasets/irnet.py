# IRNet on any data set: it is trained on IR labels (tools/make_ir_labels.py). The test refines the CAMs of `train`
# (tools/make_cams.py) and compares the pseudo labels with the ground truth. voc_irnet.py adds the facts of a data set.
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
        ann_file='ImageSets/Segmentation/train_aug.txt',
        pipeline=train_pipeline))
mean_dataloader = dict(
    batch_size=32,
    num_workers=4,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        ann_file='ImageSets/Segmentation/train.txt',
        label_file=None,
        pipeline=mean_pipeline))
test_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        ann_file='ImageSets/Segmentation/train.txt',
        test_mode=True,
        pipeline=test_pipeline))
test_evaluator = [dict(type='CAMIoUMetric', name='walk_curve'), dict(type='PseudoLabelWriter')]
val_dataloader = None
val_evaluator = None
