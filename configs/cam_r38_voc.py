# AffinityNet's (PSA's) classifier, the first network of SC-CAM. python tools/train.py configs/cam_r38_voc.py
_base_ = [
    '_base_/models/cam_r38.py', '_base_/datasets/voc_image_labels_jitter.py', '_base_/schedules/cam_15e.py',
    '_base_/default_runtime.py'
]
