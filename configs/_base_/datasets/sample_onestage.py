# The drawn sample for 1-Stage, tested on the masks of `val`.
_base_ = 'sample_image_labels.py'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='mmpretrain.RandomResizedCrop', scale=160, crop_ratio_range=(0.9, 1.0)),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(ann_file='ImageSets/Segmentation/val.txt'))
test_evaluator = [dict(type='ClassIoUMetric', iou_metrics=['mIoU']), dict(type='mmpretrain.AveragePrecision')]
