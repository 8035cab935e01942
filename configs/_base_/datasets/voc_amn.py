# PASCAL VOC 2012 with image-level labels and seed labels (tools/make_ir_labels.py) for AMN.
_base_ = 'voc_image_labels.py'
seed_label_dir = 'work_dirs/cam_irn_r50_voc/ir_labels'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadMask'),
    dict(type='RandomScale', min_scale=0.5, max_scale=1.5),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(512, 512), pad_val=(123.675, 116.28, 103.53)),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(dataset=dict(seg_map_dir=seed_label_dir, pipeline=train_pipeline))
