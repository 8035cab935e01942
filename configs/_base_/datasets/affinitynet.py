# AffinityNet on any data set: it is trained on scores (tools/make_affinity_scores.py), which are cropped and flipped
# with the images and become labels at stride 8. As published, images keep their size and the padding is black. The
# test refines the CAMs of `train` (tools/make_cams.py) and compares the pseudo labels with the ground truth.
# voc_affinitynet.py adds the facts of a data set.
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadAffinityScores'),
    dict(type='mmpretrain.ColorJitter', brightness=0.3, contrast=0.3, saturation=0.3, hue=0.1),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(448, 448), pad_val=(0, 0, 0), seg_pad_val=0),
    dict(type='AffinityLabel'),
    dict(type='PackImageLabelInputs', keys=['affinity_label'])
]
test_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadCAM'),
    dict(type='LoadMask'),
    dict(type='PackImageLabelInputs')
]
train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        ann_file='ImageSets/Segmentation/train_aug.txt',
        seg_map_suffix='.npz',
        pipeline=train_pipeline))
test_dataloader = dict(
    batch_size=1,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        ann_file='ImageSets/Segmentation/train.txt',
        test_mode=True,
        pipeline=test_pipeline))
test_evaluator = [dict(type='CAMIoUMetric', name='walk_curve'), dict(type='PseudoLabelWriter')]
val_dataloader = None
val_evaluator = None
