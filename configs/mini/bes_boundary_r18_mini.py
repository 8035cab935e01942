# BES on the drawn sample; its backbone is the trained classifier's.
# python tools/train.py configs/mini/bes_boundary_r18_mini.py
_base_ = 'irnet_r18_mini.py'
cam_dir = 'work_dirs/bes_r18_mini/cams'
confident_label_dir = 'work_dirs/bes_r18_mini/confident_labels'
model = dict(
    type='BoundaryRefiner',
    backbone=dict(init_cfg=dict(checkpoint='work_dirs/bes_r18_mini/epoch_15.pth')),
    head=dict(_delete_=True, type='BoundaryHead', in_channels=(32, 32, 64, 128, 256), strides=(4, 4, 8, 16, 16)),
    test_cfg=dict(beta=5, steps=64))
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadMask'),
    dict(type='BoundaryLabels', window=13),
    dict(type='RandomScale', min_scale=1.5, max_scale=2.5),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(192, 192), pad_val=(127, 127, 127)),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(dataset=dict(seg_map_dir=confident_label_dir, pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(cam_dir=cam_dir))
custom_hooks = [dict(type='FastInferenceHook'), dict(type='ProgressHook')]
