# IRN's classifier as the authors of ReCAM and LPCAM train it: all stages learn but the first convolution and its norm.
# python tools/train.py configs/cam_irn_all_r50_voc.py
_base_ = 'cam_irn_r50_voc.py'
model = dict(backbone=dict(frozen_stages=0))
