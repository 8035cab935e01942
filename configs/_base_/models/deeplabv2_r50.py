# DeepLabv2 as in deeplabv2_r101.py, on a ResNet-50: half the memory, for data sets of one's own.
_base_ = 'deeplabv2_r101.py'
model = dict(backbone=dict(depth=50, init_cfg=dict(checkpoint='torchvision://resnet50')))
