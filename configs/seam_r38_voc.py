# SEAM as published, on ResNet38. python tools/train.py configs/seam_r38_voc.py
# ResNet38's ImageNet weights come first, see configs/seam/README.md.
_base_ = [
    '_base_/models/seam_r38.py', '_base_/datasets/seam_voc_image_labels.py', '_base_/schedules/seam_8e.py',
    '_base_/default_runtime.py'
]
