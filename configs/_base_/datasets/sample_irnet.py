# The drawn sample (see sample_image_labels.py) for IRNet.
_base_ = 'voc_irnet.py'
data_root = 'data/sample'
metainfo = dict(classes=('background', 'bus', 'car', 'cat', 'cow', 'dog', 'horse'))
cam_dir = 'work_dirs/vwe_hspp_r18_mini/cams'
ir_label_dir = 'work_dirs/vwe_hspp_r18_mini/ir_labels'
crop_size = (160, 160)
pad_val = (127, 127, 127)
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadMask'),
    dict(type='RandomScale', min_scale=0.75, max_scale=1.5),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=crop_size, pad_val=pad_val),
    dict(type='PackImageLabelInputs')
]
mean_pipeline = [
    dict(type='LoadImage'),
    dict(type='TopLeftCropPad', crop_size=crop_size, pad_val=pad_val),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(
        data_root=data_root,
        metainfo=metainfo,
        ann_file='ImageSets/Segmentation/train.txt',
        seg_map_dir=ir_label_dir,
        pipeline=train_pipeline))
mean_dataloader = dict(
    batch_size=8, num_workers=0, dataset=dict(data_root=data_root, metainfo=metainfo, pipeline=mean_pipeline))
test_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=dict(data_root=data_root, metainfo=metainfo, cam_dir=cam_dir))
