# The boundary network of BES: IRNet's boundary branch on a frozen ResNet-50, a walk by its boundaries. Unlike
# IRNet's, its images are not padded.
_base_ = 'irnet_r50.py'
model = dict(
    type='BoundaryRefiner',
    head=dict(
        _delete_=True, type='BoundaryHead', in_channels=(64, 256, 512, 1024, 2048), strides=(4, 4, 8, 16, 16)),
    test_cfg=dict(min_size=1, size_divisor=1, beta=5))
