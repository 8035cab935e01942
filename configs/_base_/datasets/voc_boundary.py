# PASCAL VOC 2012 for the boundary network of BES.
_base_ = 'voc_irnet.py'
cam_dir = 'work_dirs/bes_r50_voc/cams'
confident_label_dir = 'work_dirs/bes_r50_voc/confident_labels'
train_pipeline = [
    *_base_.train_pipeline[:2],
    dict(type='BoundaryLabels', window=13),
    *_base_.train_pipeline[2:]
]
train_dataloader = dict(
    batch_size=16, dataset=dict(seg_map_dir=confident_label_dir, pipeline=train_pipeline))
test_dataloader = dict(dataset=dict(cam_dir=cam_dir))
