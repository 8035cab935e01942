# The drawn sample for a segmentor that learns from cues: squares of 161, a grid of 21.
_base_ = ['sample.py', 'cues.py']
cam_dir = 'work_dirs/cam_r18_mini/cams'
cue_dir = 'work_dirs/cam_r18_mini/cues'
size = (161, 161)
cues = dict(grid=(21, 21))
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='Resize', scale=size, keep_ratio=False),
    dict(type='LoadCues'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackImageLabelInputs', keys=['cues'])
]
test_pipeline = [
    dict(type='LoadImage'),
    dict(type='Resize', scale=size, keep_ratio=False),
    dict(type='LoadMask'),
    dict(type='PackSegInputs')
]
tta_pipeline = [
    dict(type='LoadImage'),
    dict(
        type='TestTimeAug',
        transforms=[
            [dict(type='Resize', scale=(side, side), keep_ratio=False) for side in (121, 161, 201)],
            [dict(type='RandomFlip', prob=prob, direction='horizontal') for prob in (0.0, 1.0)],
            [dict(type='LoadMask')],
            [dict(type='PackSegInputs')]
        ])
]
train_dataloader = dict(
    batch_size=8,
    num_workers=0,
    persistent_workers=False,
    dataset=dict(
        **_base_.facts, ann_file='ImageSets/Segmentation/train.txt', seg_map_dir=cue_dir, pipeline=train_pipeline))
val_dataloader = dict(
    num_workers=0, persistent_workers=False, dataset=dict(**_base_.facts, pipeline=test_pipeline))
test_dataloader = val_dataloader
