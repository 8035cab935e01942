"""SEAM's pixel correlation module (PCM): a pixel takes the class scores of the pixels that look like it.

Wang, Zhang, Kan, Shan, Chen: Self-supervised Equivariant Attention Mechanism for Weakly Supervised Semantic
Segmentation, CVPR 2020, section 3.3.
"""
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from mmwsss.models.features import Features
from mmwsss.models.losses.equivariance import keep_winner
from mmwsss.utils.autocast import full_precision

EPS = 1e-5
BLOCK = 2**24  # affinities that exist at once: 64 MB in float32


def resize_aligned(maps: Tensor, size: Sequence[int]) -> Tensor:
    """Resize `(N, C, h, w)` bilinearly with aligned corners to `(N, C, *size)`."""
    if tuple(maps.shape[2:]) == tuple(size):
        return maps
    return F.interpolate(maps, size=tuple(size), mode='bilinear', align_corners=True)


@torch.no_grad()
def correlation_input(cam: Tensor) -> Tensor:
    """Return the maps that PCM spreads: each class map divided by its maximum, then :func:`keep_winner`.

    All classes take part, whatever the image's labels. No gradient passes.

    Args:
        cam: `(N, L, h, w)` scores of the classes, without background, before ReLU.

    Returns:
        `(N, L + 1, h, w)` in [0, 1], the background first.
    """
    cam = F.relu(cam)
    return keep_winner(F.relu(cam - EPS) / (cam.amax(dim=(2, 3), keepdim=True) + EPS))


def correlate(cam: Tensor, feat: Tensor) -> Tensor:
    """Give each pixel the mean of all pixels' scores, weighted by the cosine of their features where it is positive.

    The `(h w)^2` affinities exist in blocks of at most `BLOCK` numbers, and the backward pass computes them again. One
    image at 64 x 64 is one block.

    Args:
        cam: `(N, K, h', w')`, resized to `h` x `w`. It gets no gradient.
        feat: `(N, C, h, w)`.

    Returns:
        `(N, K, h, w)`, float32 or float64.
    """
    dtype = torch.promote_types(feat.dtype, torch.float32)
    with full_precision(feat.device.type):
        feat = feat.to(dtype)
        unit = feat / (feat.norm(dim=1, keepdim=True) + EPS)
        cam = resize_aligned(cam.detach().to(dtype), feat.shape[2:])
        return _WeightedMean.apply(unit.flatten(2), cam.flatten(2)).view_as(cam)


def correlation_sums(unit: Tensor, values: Tensor) -> Tensor:
    """Sum values over all pixels, weighted by the cosine of the pixels' features where it is positive.

    Args:
        unit: `(N, C, n)` features of length 1.
        values: `(N, K, n)`.

    Returns:
        `(N, K, n)`: `values @ relu(unit^T unit)`, whose `n^2` affinities exist in blocks of at most `BLOCK` numbers.
    """
    rows = unit.transpose(1, 2)
    return torch.cat([values @ torch.relu_(rows @ unit[..., block]) for block in _blocks(unit)], dim=2)


def _blocks(unit: Tensor) -> list[slice]:
    """Columns of the affinities that are computed together."""
    images, _, pixels = unit.shape
    width = max(BLOCK // (images * pixels), 1)
    return [slice(start, start + width) for start in range(0, pixels, width)]


class _WeightedMean(torch.autograd.Function):
    """`cam A / (sums of A's columns + 1e-5)` with `A = relu(unit^T unit)`.

    With `A` kept, as autograd would, a crop of 448 costs 39 MB an image for each of several matrices.
    """

    @staticmethod
    def forward(ctx: Any, unit: Tensor, cam: Tensor) -> Tensor:
        """`(N, C, n)` features and `(N, K, n)` scores -> `(N, K, n)`."""
        values = torch.cat([cam, torch.ones_like(cam[:, :1])], dim=1)  # the last row gives the sums of the weights
        sums = correlation_sums(unit, values)
        weights = sums[:, -1:] + EPS
        result = sums[:, :-1] / weights
        ctx.save_for_backward(unit, values, weights, result)
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:
        """Return the gradient of the features."""
        unit, values, weights, result = ctx.saved_tensors
        grad = grad / weights
        grad = torch.cat([grad, -(grad * result).sum(dim=1, keepdim=True)], dim=1)  # of `sums`
        rows, values = unit.transpose(1, 2), values.transpose(1, 2)
        total = torch.zeros_like(unit)
        for block in _blocks(unit):
            columns = unit[..., block]
            affinity = rows @ columns
            slope = (values @ grad[..., block]).masked_fill_(affinity <= 0, 0)  # (N, n, width)
            total[..., block] += unit @ slope
            total += columns @ slope.transpose(1, 2)
        return total, None


class PixelCorrelation(nn.Module):
    """PCM: features of two mid levels and of the image say which pixels belong together.

    Nothing but its own three convolutions learns from its result: levels are detached, and the scores get no gradient.

    Args:
        in_channels: channels of the two levels.
        channels: channels that each level is reduced to.
        out_channels: of the features whose cosines count.
    """

    def __init__(self, in_channels: Sequence[int], channels: Sequence[int] = (64, 128),
                 out_channels: int = 192) -> None:
        super().__init__()
        self.reduce = nn.ModuleList(nn.Conv2d(before, after, 1, bias=False)
                                    for before, after in zip(in_channels, channels, strict=True))
        self.embed = nn.Conv2d(3 + sum(channels), out_channels, 1, bias=False)
        for weight in self.reduce.parameters():
            nn.init.kaiming_normal_(weight)
        nn.init.xavier_uniform_(self.embed.weight, gain=4)

    def features(self, image: Tensor, levels: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Return what :meth:`revise` compares pixels by.

        Args:
            image: `(N, 3, H, W)`, normalised.
            levels: the two levels `(N, C_l, h_l, w_l)`.
            size: height and width of the result.

        Returns:
            `(N, 3 + sum(channels), *size)`: the image, then the reduced levels.
        """
        parts = [resize_aligned(image.to(self.embed.weight.dtype), size)]
        parts += [resize_aligned(F.relu(layer(level.detach())), size)
                  for layer, level in zip(self.reduce, levels, strict=True)]
        return torch.cat(parts, dim=1)

    def revise(self, cam: Tensor, feat: Tensor) -> Tensor:
        """Revise scores `(N, K, h', w')` by features `(N, C, h, w)`: `(N, K, h, w)`, see :func:`correlate`."""
        return correlate(cam, self.embed(feat))

    def forward(self, cam: Tensor, features: Features, indices: Sequence[int]) -> Tensor:
        """Revise scores `(N, K, h, w)` by the image and the levels `indices` of `features`."""
        levels = [features.levels[index] for index in indices]
        return self.revise(cam, self.features(features.image, levels, cam.shape[2:]))
