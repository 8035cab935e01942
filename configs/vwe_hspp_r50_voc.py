# The paper's classifier: visual words and hybrid pooling. python tools/train.py configs/vwe_hspp_r50_voc.py
_base_ = 'vwe_r50_voc.py'
model = dict(neck=dict(_delete_=True, type='HSPP', levels=(1, 2, 4), gamma=2.0, adaptive=False))
