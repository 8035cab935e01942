# PASCAL VOC 2012 with image-level labels, and SEAM's training images: long side 448 to 768, colour jitter, crop 448.
_base_ = 'voc_image_labels.py'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='RandomResizeLongSide', min_size=448, max_size=768),
    dict(type='RandomFlip', prob=0.5),
    dict(type='mmpretrain.ColorJitter', brightness=0.3, contrast=0.3, saturation=0.3, hue=0.1),
    dict(type='RandomCropPad', crop_size=(448, 448), pad_val=(123.675, 116.28, 103.53)),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(batch_size=8, dataset=dict(pipeline=train_pipeline))
