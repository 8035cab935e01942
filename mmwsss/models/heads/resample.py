"""Bringing feature levels to one stride."""
from collections.abc import Sequence

import torch.nn.functional as F
from torch import Tensor


def resample(feat: Tensor, stride: int, wanted: int, size: Sequence[int]) -> Tensor:
    """Resample a level to another stride and crop it.

    Args:
        feat: `(N, C, h, w)`.
        stride: of the level, in pixels of the image.
        wanted: stride of the result, a multiple or a divisor of `stride`: coarser levels are enlarged bilinearly, finer
            ones are averaged.
        size: height and width of the result.

    Returns:
        `(N, C, *size)`.
    """
    if stride > wanted:
        feat = F.interpolate(feat, scale_factor=stride // wanted, mode='bilinear', align_corners=False)
    elif stride < wanted:
        feat = F.avg_pool2d(feat, wanted // stride, ceil_mode=True, count_include_pad=False)
    return feat[..., :size[0], :size[1]]
