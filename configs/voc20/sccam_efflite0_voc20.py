# A round of SC-CAM on twenty classes of VOC, on a CPU. python tools/train.py configs/voc20/sccam_efflite0_voc20.py
_base_ = [
    '../_base_/models/cam_efficientnet_lite0.py', '../_base_/datasets/voc20_sub_categories.py',
    '../_base_/schedules/cam_8e.py', '../_base_/cpu_runtime.py'
]
default_hooks = dict(logger=dict(interval=10))
model = dict(
    head=dict(type='SubCategoryHead', num_classes=20, sub_categories=10),
    test_cfg=dict(merge=dict(type='SumAll')))
