# Hybrid spatial pyramid pooling. python tools/train.py configs/voc20/hspp_efflite0_voc20.py
_base_ = 'cam_efflite0_voc20.py'
model = dict(neck=dict(_delete_=True, type='HSPP', levels=(1, 2, 4), gamma=2.0))
