# Global maximum pooling. python tools/train.py configs/cam_gmp_r50_voc.py
_base_ = 'cam_r50_voc.py'
model = dict(neck=dict(_delete_=True, type='GlobalMaxPooling'))
