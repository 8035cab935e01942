# The drawn sample for AffinityNet, at the images' own size.
_base_ = ['sample.py', 'affinitynet.py']
cam_dir = 'work_dirs/cam_r18_mini/cams'
score_dir = 'work_dirs/cam_r18_mini/affinity_scores'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadAffinityScores'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(160, 160), pad_val=(0, 0, 0), seg_pad_val=0),
    dict(type='AffinityLabel'),
    dict(type='PackImageLabelInputs', keys=['affinity_label'])
]
train_dataloader = dict(
    num_workers=0,
    persistent_workers=False,
    dataset=dict(
        **_base_.facts,
        ann_file='ImageSets/Segmentation/train.txt',
        seg_map_dir=score_dir,
        pipeline=train_pipeline))
test_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=dict(**_base_.facts, cam_dir=cam_dir))
