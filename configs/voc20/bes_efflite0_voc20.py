# Attention pooling on twenty classes of VOC, on a CPU. python tools/train.py configs/voc20/bes_efflite0_voc20.py
_base_ = 'cam_efflite0_voc20.py'
model = dict(neck=dict(_delete_=True, type='AttentionPooling', scale=1e-3))
