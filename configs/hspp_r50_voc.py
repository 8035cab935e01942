# Hybrid spatial pyramid pooling alone. python tools/train.py configs/hspp_r50_voc.py
_base_ = 'cam_r50_voc.py'
model = dict(neck=dict(_delete_=True, type='HSPP', levels=(1, 2, 4), gamma=2.0, adaptive=False))
