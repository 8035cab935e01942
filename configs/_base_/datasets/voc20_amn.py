# voc20 with image-level labels and seed labels (tools/make_ir_labels.py) for AMN, for CPUs.
_base_ = 'voc20_image_labels.py'
seed_label_dir = 'work_dirs/cam_efflite0_voc20/ir_labels'
train_pipeline = [_base_.train_pipeline[0], dict(type='LoadMask'), *_base_.train_pipeline[1:]]
train_dataloader = dict(dataset=dict(seg_map_dir=seed_label_dir, pipeline=train_pipeline))
