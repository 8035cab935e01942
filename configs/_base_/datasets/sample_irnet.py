# The drawn sample for IRNet. Its images are enlarged by a factor of 2, so that boundaries at stride 4 are thin compared
# to the objects.
_base_ = ['sample.py', 'irnet.py']
cam_dir = 'work_dirs/vwe_hspp_r18_mini/cams'
ir_label_dir = 'work_dirs/vwe_hspp_r18_mini/ir_labels'
crop_size = (192, 192)
pad_val = (127, 127, 127)
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadMask'),
    dict(type='RandomScale', min_scale=1.5, max_scale=2.5),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=crop_size, pad_val=pad_val),
    dict(type='PackImageLabelInputs')
]
mean_pipeline = [
    dict(type='LoadImage'),
    dict(type='ResizeLongSide', size=320, only_shrink=False),
    dict(type='TopLeftCropPad', crop_size=crop_size, pad_val=pad_val),
    dict(type='PackImageLabelInputs')
]
test_pipeline = [
    dict(type='LoadImage'),
    dict(type='ResizeLongSide', size=320, only_shrink=False),
    dict(type='LoadCAM'),
    dict(type='LoadMask'),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(
        **_base_.facts,
        ann_file='ImageSets/Segmentation/train.txt',
        seg_map_dir=ir_label_dir,
        pipeline=train_pipeline))
mean_dataloader = dict(batch_size=8, num_workers=0, dataset=dict(**_base_.facts, pipeline=mean_pipeline))
test_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(**_base_.facts, cam_dir=cam_dir, pipeline=test_pipeline))
