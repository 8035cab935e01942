# A segmentor on a CPU: a long side of 160 to 320 in training, of 256 in tests; predictions are evaluated at full size
# on the official masks of `val`. voc6_segmentation.py and voc20_segmentation.py add the facts of a data set.
_base_ = 'segmentation.py'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadMask'),
    dict(type='RandomResizeLongSide', min_size=160, max_size=320),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(192, 192), pad_val=(127, 127, 127)),
    dict(type='PackSegInputs')
]
test_pipeline = [
    dict(type='LoadImage'),
    dict(type='ResizeLongSide', size=256),
    dict(type='LoadMask'),
    dict(type='PackSegInputs')
]
tta_pipeline = [
    dict(type='LoadImage'),
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(type='ResizeLongSide', size=size) for size in (192, 256, 320)],
            [dict(type='RandomFlip', prob=prob, direction='horizontal') for prob in (0.0, 1.0)],
            [dict(type='LoadMask')],
            [dict(type='PackSegInputs')]
        ])
]
train_dataloader = dict(batch_size=8, num_workers=1, dataset=dict(pipeline=train_pipeline))
val_dataloader = dict(num_workers=1, dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
