# PASCAL VOC 2012 as 1-Stage uses it: training and validation (mAP) read image-level labels, the test reads the masks of
# `val`. Nearly whole images are distorted to squares, so that labels of images are labels of crops.
_base_ = 'voc_image_labels.py'
train_pipeline = [
    dict(type='LoadImage'),
    dict(
        type='mmpretrain.RandomResizedCrop',
        scale=448,
        crop_ratio_range=(0.9, 1.0),
        interpolation='bicubic',
        backend='pillow'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='mmpretrain.ColorJitter', brightness=0.3, contrast=0.3, saturation=0.3, hue=0.1),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(ann_file='ImageSets/Segmentation/val.txt'))
test_evaluator = [dict(type='ClassIoUMetric', iou_metrics=['mIoU']), dict(type='mmpretrain.AveragePrecision')]
