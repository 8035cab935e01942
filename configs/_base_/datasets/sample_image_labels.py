# The drawn sample (tools/dataset_converters/sample.py data/sample): six classes in VOC's layout, images of 160.
_base_ = 'voc_image_labels.py'
data_root = 'data/sample'
metainfo = dict(classes=('background', 'bus', 'car', 'cat', 'cow', 'dog', 'horse'))
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
        data_root=data_root,
        metainfo=metainfo,
        ann_file='ImageSets/Segmentation/train.txt',
        pipeline=train_pipeline))
val_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=dict(data_root=data_root, metainfo=metainfo))
test_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=dict(data_root=data_root, metainfo=metainfo))
