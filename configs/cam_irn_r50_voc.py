# IRN's classifier, whose CAMs AMN learns from: ten times the learning rates of cam_r50_voc.py, 5 epochs, maps of all
# scales and mirror images added. python tools/train.py configs/cam_irn_r50_voc.py
_base_ = [
    '_base_/models/cam_r50.py', '_base_/datasets/voc_image_labels.py', '_base_/schedules/cam_5e.py',
    '_base_/default_runtime.py'
]
model = dict(test_cfg=dict(merge=dict(type='SumAll'), bg_thr=0.15))
