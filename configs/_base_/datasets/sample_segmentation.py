# The drawn sample for the segmentor.
_base_ = ['sample.py', 'segmentation.py']
pseudo_label_dir = 'work_dirs/irnet_r18_mini/pseudo_labels'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadMask'),
    dict(type='RandomScale', min_scale=0.75, max_scale=1.5),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(160, 160), pad_val=(127, 127, 127)),
    dict(type='PackSegInputs')
]
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(
        **_base_.facts,
        ann_file='ImageSets/Segmentation/train.txt',
        seg_map_dir=pseudo_label_dir,
        pipeline=train_pipeline))
val_dataloader = dict(num_workers=0, persistent_workers=False, dataset=_base_.facts)
test_dataloader = val_dataloader
