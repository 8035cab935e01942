# The drawn sample with image-level labels.
_base_ = ['sample.py', 'image_labels.py']
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='RandomResizeLongSide', min_size=112, max_size=208),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(160, 160), pad_val=(127, 127, 127)),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(
        **_base_.facts,
        ann_file='ImageSets/Segmentation/train.txt',
        pipeline=train_pipeline))
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=_base_.facts)
test_dataloader = dict(num_workers=0, persistent_workers=False, dataset=_base_.facts)
