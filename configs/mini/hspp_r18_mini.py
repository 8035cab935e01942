# Hybrid spatial pyramid pooling. python tools/train.py configs/mini/hspp_r18_mini.py
_base_ = 'cam_r18_mini.py'
model = dict(neck=dict(_delete_=True, type='HSPP', levels=(1, 2, 4), gamma=2.0))
