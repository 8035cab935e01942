# voc6 for IRNet, at the images' full size. It is trained on the 750 images of `train_aug`; the mean displacement and
# the test use the 370 images of `train`.
_base_ = ['voc6.py', 'irnet.py']
cam_dir = 'work_dirs/vwe_hspp_efflite0_voc6/cams'
ir_label_dir = 'work_dirs/vwe_hspp_efflite0_voc6/ir_labels'
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
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(**_base_.facts, seg_map_dir=ir_label_dir, pipeline=train_pipeline))
mean_dataloader = dict(batch_size=8, num_workers=1, dataset=dict(**_base_.facts, pipeline=mean_pipeline))
test_dataloader = dict(num_workers=1, dataset=dict(**_base_.facts, cam_dir=cam_dir))
