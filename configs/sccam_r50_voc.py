# A round of SC-CAM: classes and sub-categories. python tools/train.py configs/sccam_r50_voc.py
# Before: tools/make_subcategories.py; configs/pipeline_sccam_voc.py runs all rounds.
_base_ = [
    '_base_/models/cam_r50.py', '_base_/datasets/voc_image_labels.py', '_base_/schedules/sccam_61e.py',
    '_base_/default_runtime.py'
]
sub_category_file = 'work_dirs/cam_r50_voc/sub_categories.json'
model = dict(
    head=dict(type='SubCategoryHead', sub_categories=10),
    test_cfg=dict(merge=dict(type='SumAll'), bg_thr=0.15))
train_pipeline = [
    dict(type='LoadImage'),
    dict(type='RandomResizeLongSide', min_size=256, max_size=512),
    dict(type='RandomFlip', prob=0.5),
    dict(type='mmpretrain.ColorJitter', brightness=0.3, contrast=0.3, saturation=0.3, hue=0.1),
    dict(type='RandomCropPad', crop_size=(224, 224), pad_val=(123.675, 116.28, 103.53)),
    dict(type='PackImageLabelInputs', keys=['gt_sub_category'])
]
train_dataloader = dict(dataset=dict(sub_category_file=sub_category_file, pipeline=train_pipeline))
