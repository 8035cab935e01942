# AffinityNet's (PSA's) classifier on VGG16. python tools/train.py configs/cam_vgg16_voc.py
_base_ = [
    '_base_/models/cam_vgg16.py', '_base_/datasets/voc_image_labels_jitter.py', '_base_/schedules/psa_cls_15e.py',
    '_base_/default_runtime.py'
]
