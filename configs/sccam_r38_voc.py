# A round of SC-CAM on the published backbone. python tools/train.py configs/sccam_r38_voc.py
_base_ = 'sccam_r50_voc.py'
model = dict(
    backbone=dict(_delete_=True, type='ResNet38'),
    head=dict(in_channels=4096))
