# The same on ResNet-101. python tools/train.py configs/vwe_hspp_r101_voc.py
_base_ = 'vwe_hspp_r50_voc.py'
model = dict(
    backbone=dict(depth=101, init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet101')))
