# Visual words and hybrid pooling on MS COCO 2014. python tools/train.py configs/vwe_hspp_r50_coco.py
_base_ = [
    '_base_/models/cam_r50.py', '_base_/datasets/coco_image_labels.py', '_base_/schedules/cam_6e.py',
    '_base_/default_runtime.py'
]
model = dict(
    neck=dict(_delete_=True, type='HSPP', levels=(1, 2, 4), gamma=2.0, adaptive=False),
    head=dict(
        type='VWEHead', num_classes=80, encoder=dict(type='VisualWordEncoder', num_words=256, frequency='sum')))
custom_hooks = [dict(type='FastInferenceHook'), dict(type='ProgressHook'), dict(type='WordStatisticsHook')]
