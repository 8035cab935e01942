# A round of SC-CAM on the drawn sample. python tools/train.py configs/mini/sccam_r18_mini.py
_base_ = 'cam_r18_mini.py'
sub_category_file = 'work_dirs/cam_r18_mini/sub_categories.json'
model = dict(
    head=dict(type='SubCategoryHead', sub_categories=3),
    test_cfg=dict(merge=dict(type='SumAll')))
train_pipeline = [*_base_.train_pipeline[:-1], dict(type='PackImageLabelInputs', keys=['gt_sub_category'])]
train_dataloader = dict(dataset=dict(sub_category_file=sub_category_file, pipeline=train_pipeline))
