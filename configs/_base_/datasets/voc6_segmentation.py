# voc6 for the segmentor: it is trained on the 750 images of `train_aug` with a long side of 160 to 320. In tests,
# images have a long side of 256, and predictions are evaluated at full size on the official masks of `val`.
_base_ = ['voc6.py', 'segmentation.py']
pseudo_label_dir = 'work_dirs/irnet_efflite0_voc6/pseudo_labels'
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
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(**_base_.facts, seg_map_dir=pseudo_label_dir, pipeline=train_pipeline))
val_dataloader = dict(num_workers=1, dataset=dict(**_base_.facts, pipeline=test_pipeline))
test_dataloader = val_dataloader
