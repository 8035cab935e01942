# voc20 with image-level labels and sub-categories (tools/make_subcategories.py), for CPUs.
_base_ = 'voc20_image_labels.py'
sub_category_file = 'work_dirs/cam_efflite0_voc20/sub_categories.json'
train_pipeline = [*_base_.train_pipeline[:-1], dict(type='PackImageLabelInputs', keys=['gt_sub_category'])]
train_dataloader = dict(dataset=dict(sub_category_file=sub_category_file, pipeline=train_pipeline))
