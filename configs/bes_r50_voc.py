# Attention pooling, the classifier of BES. python tools/train.py configs/bes_r50_voc.py
_base_ = 'cam_r50_voc.py'
model = dict(neck=dict(_delete_=True, type='AttentionPooling', scale=1e-3))
