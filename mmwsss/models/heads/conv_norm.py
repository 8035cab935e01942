"""A convolution with its norm, whose initial weights a config decides."""
from collections import OrderedDict

from mmcv.cnn import build_norm_layer
from torch import nn


def conv_norm(in_channels: int, channels: int, size: int, norm_cfg: dict, relu: bool = True) -> nn.Sequential:
    """Return a convolution without bias, a norm and, with `relu`, a ReLU; the map keeps its size.

    Parameters have the names of MMCV's `ConvModule` (`conv.weight`, `bn.weight`), which would overwrite what the
    `init_cfg` of its parent sets.

    Args:
        in_channels: of the input.
        channels: of the output.
        size: side of the kernel, odd.
        norm_cfg: of the norm.
        relu: whether a ReLU follows.
    """
    name, norm = build_norm_layer(norm_cfg, channels)
    parts = [('conv', nn.Conv2d(in_channels, channels, size, padding=size // 2, bias=False)), (name, norm)]
    return nn.Sequential(OrderedDict([*parts, ('activate', nn.ReLU(inplace=True))] if relu else parts))
