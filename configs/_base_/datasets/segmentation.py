# A segmentor on any data set: trained on pseudo labels (tools/make_pseudo_labels.py), tested on the masks of `val` at
# the images' own size. (MMSeg's VOC config resizes them to fit 2048 x 512, which lowers the mIoU.)
# With a DenseCRF: tools/test.py ... --cfg-options test_evaluator.type=CRFIoUMetric
# voc_segmentation.py adds the facts of a data set.
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadMask'),
    dict(type='RandomScale', min_scale=0.5, max_scale=1.5),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(321, 321), pad_val=(123.675, 116.28, 103.53)),
    dict(type='PackSegInputs')
]
test_pipeline = [dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackSegInputs')]
tta_pipeline = [
    dict(type='LoadImage'),
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(type='Resize', scale_factor=factor, keep_ratio=True) for factor in (0.75, 1.0, 1.25)],
            [dict(type='RandomFlip', prob=prob, direction='horizontal') for prob in (0.0, 1.0)],
            [dict(type='LoadMask')],
            [dict(type='PackSegInputs')]
        ])
]
train_dataloader = dict(
    batch_size=10,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        ann_file='ImageSets/Segmentation/train_aug.txt',
        label_file=None,
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        ann_file='ImageSets/Segmentation/val.txt',
        label_file=None,
        test_mode=True,
        pipeline=test_pipeline))
test_dataloader = val_dataloader
val_evaluator = dict(type='ClassIoUMetric', iou_metrics=['mIoU'])
test_evaluator = val_evaluator
