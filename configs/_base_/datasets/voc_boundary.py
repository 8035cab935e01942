# PASCAL VOC 2012 for the boundary network of BES.
_base_ = 'voc_irnet.py'
cam_dir = 'work_dirs/bes_r50_voc/cams'
confident_label_dir = 'work_dirs/bes_r50_voc/confident_labels'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadMask'),
    dict(type='BoundaryLabels', window=13),
    dict(type='RandomScale', min_scale=0.5, max_scale=1.5),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(512, 512), pad_val=(123.675, 116.28, 103.53)),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(
    batch_size=16, dataset=dict(seg_map_dir=confident_label_dir, pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(cam_dir=cam_dir))
