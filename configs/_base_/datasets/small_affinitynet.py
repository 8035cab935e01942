# AffinityNet on a CPU, at the images' full size; colours are jittered by OpenCV, twice as fast as the authors' Pillow.
# voc20_affinitynet.py adds the facts of a data set.
_base_ = 'affinitynet.py'
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='LoadAffinityScores'),
    dict(type='mmpretrain.ColorJitter', brightness=0.3, contrast=0.3, saturation=0.3, hue=0.1, backend='cv2'),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomCropPad', crop_size=(320, 320), pad_val=(0, 0, 0), seg_pad_val=0),
    dict(type='AffinityLabel'),
    dict(type='PackImageLabelInputs', keys=['affinity_label'])
]
train_dataloader = dict(batch_size=8, num_workers=1, dataset=dict(pipeline=train_pipeline))
test_dataloader = dict(num_workers=1)
