# A segmentor that learns from cues (tools/make_cues.py) and image-level labels, on any data set. Images are distorted
# to a square, in tests too, and `cues.grid` is the size of the network's map of it; the cues cover it cell by cell.
# voc_cues.py adds the facts of a data set.
_base_ = 'segmentation.py'
size = (321, 321)
cues = dict(grid=(41, 41), fg_thr=0.2, bg_share=0.1)
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='Resize', scale=size, keep_ratio=False),
    dict(type='LoadCues'),
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
            [dict(type='Resize', scale=(side, side), keep_ratio=False) for side in (241, 321, 401)],
            [dict(type='RandomFlip', prob=prob, direction='horizontal') for prob in (0.0, 1.0)],
            [dict(type='LoadMask')],
            [dict(type='PackSegInputs')]
        ])
]
train_dataloader = dict(
    batch_size=15,
    dataset=dict(label_file='image_labels.json', seg_map_suffix='.npz', pipeline=train_pipeline))
val_dataloader = dict(dataset=dict(pipeline=test_pipeline))
test_dataloader = val_dataloader
