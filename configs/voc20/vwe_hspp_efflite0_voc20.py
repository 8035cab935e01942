# Visual words and hybrid pooling. python tools/train.py configs/voc20/vwe_hspp_efflite0_voc20.py
_base_ = 'vwe_efflite0_voc20.py'
model = dict(neck=dict(_delete_=True, type='HSPP', levels=(1, 2, 4), gamma=2.0))
