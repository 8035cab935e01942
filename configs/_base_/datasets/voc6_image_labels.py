# voc6: VOC images of six classes (cat, cow, dog, horse, person, sheep) in VOC's own layout, for CPUs: the network
# sees them shrunk to a long side of 256, and its maps are scored at full size on the official masks. The folder is
# data/voc6 or what MMWSSS_VOC6 names.
_base_ = 'voc_image_labels.py'
data_root = '{{$MMWSSS_VOC6:data/voc6}}'
metainfo = dict(classes=('background', 'cat', 'cow', 'dog', 'horse', 'person', 'sheep'))
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
        data_root=data_root,
        metainfo=metainfo,
        ann_file='ImageSets/Segmentation/train.txt',
        pipeline=train_pipeline))
val_dataloader = dict(
    num_workers=1, dataset=dict(data_root=data_root, metainfo=metainfo, pipeline=val_pipeline))
test_dataloader = dict(
    num_workers=1, dataset=dict(data_root=data_root, metainfo=metainfo, pipeline=test_pipeline))
