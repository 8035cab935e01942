# PASCAL VOC 2012 with image-level labels, as AffinityNet (PSA), SEAM and SC-CAM augment it: with colour jitter.
_base_ = 'voc_image_labels.py'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='RandomResizeLongSide', min_size=256, max_size=512),
    dict(type='RandomFlip', prob=0.5),
    dict(type='mmpretrain.ColorJitter', brightness=0.3, contrast=0.3, saturation=0.3, hue=0.1),
    dict(type='RandomCropPad', crop_size=(448, 448), pad_val=(123.675, 116.28, 103.53)),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
