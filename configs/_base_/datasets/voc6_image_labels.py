# voc6 with image-level labels: images are shrunk to a long side of 256 for the network, and CAMs are evaluated at full
# size on the official masks.
_base_ = ['voc6.py', 'image_labels.py']
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='RandomResizeLongSide', min_size=160, max_size=320),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(192, 192), pad_val=(127, 127, 127)),
    dict(type='PackImageLabelInputs')
]
val_pipeline = [
    dict(type='LoadImage'),
    dict(type='ResizeLongSide', size=256),
    dict(type='PackImageLabelInputs')
]
test_pipeline = [
    dict(type='LoadImage'),
    dict(type='ResizeLongSide', size=256),
    dict(type='LoadMask'),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(
    num_workers=1,
    dataset=dict(
        **_base_.facts,
        ann_file='ImageSets/Segmentation/train.txt',
        pipeline=train_pipeline))
val_dataloader = dict(num_workers=1, dataset=dict(**_base_.facts, pipeline=val_pipeline))
test_dataloader = dict(num_workers=1, dataset=dict(**_base_.facts, pipeline=test_pipeline))
