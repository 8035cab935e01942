# voc20 for the boundary network of BES, for CPUs.
_base_ = 'voc20_irnet.py'
cam_dir = 'work_dirs/bes_efflite0_voc20/cams'
confident_label_dir = 'work_dirs/bes_efflite0_voc20/confident_labels'
train_pipeline = [
    *_base_.train_pipeline[:2],
    dict(type='BoundaryLabels', window=13),
    *_base_.train_pipeline[2:]
]
train_dataloader = dict(dataset=dict(seg_map_dir=confident_label_dir, pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(cam_dir=cam_dir))
