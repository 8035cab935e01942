# SC-CAM on the ResNet-50 of cam_r50.py: two heads, ten sub-categories a class.
_base_ = 'cam_r50.py'
model = dict(
    head=dict(type='SubCategoryHead', sub_categories=10),
    test_cfg=dict(merge=dict(type='SumAll'), bg_thr=0.15))
