# PASCAL VOC 2012 with image-level labels and sub-categories (tools/make_subcategories.py), for SC-CAM: crops of 224,
# whose labels are those of the whole image.
_base_ = 'voc_image_labels_jitter.py'
sub_category_file = 'work_dirs/cam_r50_voc/sub_categories.json'
train_pipeline = [
    *_base_.train_pipeline[:-2],
    dict(type='RandomCropPad', crop_size=(224, 224), pad_val=(123.675, 116.28, 103.53)),
    dict(type='PackImageLabelInputs', keys=['gt_sub_category'])
]
train_dataloader = dict(dataset=dict(sub_category_file=sub_category_file, pipeline=train_pipeline))
