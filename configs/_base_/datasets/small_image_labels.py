# A classifier on a CPU: images are shrunk to a long side of 256 for the network, and CAMs are evaluated at full size.
# voc6_image_labels.py and voc20_image_labels.py add the facts of a data set.
_base_ = 'image_labels.py'
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
    num_workers=1, dataset=dict(ann_file='ImageSets/Segmentation/train.txt', pipeline=train_pipeline))
val_dataloader = dict(num_workers=1, dataset=dict(pipeline=val_pipeline))
test_dataloader = dict(num_workers=1, dataset=dict(pipeline=test_pipeline))
