# IRNet on a CPU, at the images' full size. voc6_irnet.py and voc20_irnet.py add the facts of a data set.
_base_ = 'irnet.py'
crop_size = (320, 320)
pad_val = (127, 127, 127)
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadMask'),
    dict(type='RandomScale', min_scale=0.5, max_scale=1.5),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=crop_size, pad_val=pad_val),
    dict(type='PackImageLabelInputs')
]
mean_pipeline = [
    dict(type='LoadImage'),
    dict(type='TopLeftCropPad', crop_size=crop_size, pad_val=pad_val),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(batch_size=8, num_workers=1, dataset=dict(pipeline=train_pipeline))
mean_dataloader = dict(batch_size=8, num_workers=1, dataset=dict(pipeline=mean_pipeline))
test_dataloader = dict(num_workers=1)
