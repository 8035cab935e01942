# Attention pooling on the drawn sample. python tools/train.py configs/mini/bes_r18_mini.py
_base_ = 'cam_r18_mini.py'
model = dict(neck=dict(_delete_=True, type='AttentionPooling', scale=1e-3))
