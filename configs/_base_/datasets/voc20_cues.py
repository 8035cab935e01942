# voc20 for a segmentor that learns from cues, for CPUs: squares of 257, a grid of 33. It is trained on the 1010 images
# of `train`.
_base_ = ['voc20.py', 'cues.py']
cam_dir = 'work_dirs/cam_efflite0_voc20/cams'
cue_dir = 'work_dirs/cam_efflite0_voc20/cues'
size = (257, 257)
cues = dict(grid=(33, 33))
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
            [dict(type='Resize', scale=(side, side), keep_ratio=False) for side in (193, 257, 321)],
            [dict(type='RandomFlip', prob=prob, direction='horizontal') for prob in (0.0, 1.0)],
            [dict(type='LoadMask')],
            [dict(type='PackSegInputs')]
        ])
]
train_dataloader = dict(
    batch_size=8,
    num_workers=1,
    dataset=dict(
        **_base_.facts, ann_file='ImageSets/Segmentation/train.txt', seg_map_dir=cue_dir, pipeline=train_pipeline))
val_dataloader = dict(num_workers=1, dataset=dict(**_base_.facts, pipeline=test_pipeline))
test_dataloader = val_dataloader
