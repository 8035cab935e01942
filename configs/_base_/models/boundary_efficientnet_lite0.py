# The boundary network of BES on a frozen EfficientNet-Lite0 with ImageNet weights.
_base_ = 'irnet_efficientnet_lite0.py'
model = dict(
    type='BoundaryRefiner',
    head=dict(_delete_=True, type='BoundaryHead', in_channels=(16, 24, 40, 112, 320), strides=(2, 4, 8, 16, 16)),
    test_cfg=dict(beta=5))
