"""AffinityNet's affinities of pixel pairs, and what they learn from.

Ahn, Kwak: Learning Pixel-level Semantic Affinity with Image-level Supervision for Weakly Supervised Semantic
Segmentation, CVPR 2018. Pairs start from the pixels whose neighbours all lie inside the map (:func:`pair_sources`).

There are `34 * h * w` pairs of vectors. Differences of vectors are made for one row of destinations at a time and made
again for the gradient, so that only distances are stored.
"""
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from mmwsss.pseudo_labels.path_index import path_index
from mmwsss.pseudo_labels.path_minimum import destination_rows
from mmwsss.pseudo_labels.pixel_pairs import pair_rows, pair_sources, pair_targets
from mmwsss.utils.errors import InputError

from .over_ranks import over_ranks

EPS = 1e-5  # of the published losses: in each logarithm and each denominator


def pair_affinity(features: Tensor, radius: int = 5, reduction: str = 'mean') -> Tensor:
    """Affinities of pixel pairs, `exp(-d)` with the mean absolute difference `d` of two feature vectors.

    Args:
        features: `(N, C, h, w)`.
        radius: pairs are closer than this, in pixels of the map.
        reduction: `'mean'` over the channels, as in the authors' code, or `'sum'`, as the paper prints.

    Returns:
        `(N, P, h', w')` float32 in (0, 1]: the `P` pairs of `path_index(radius)`, in its order, of each source.
    """
    if reduction not in ('mean', 'sum'):
        raise InputError(f"reduction={reduction!r} must be 'mean' or 'sum'.")
    if radius < 2:  # no pairs
        return features.new_zeros(len(features), 0, *features.shape[2:], dtype=torch.float32)
    distance = _PairDistance.apply(features.float(), radius)
    if reduction == 'mean':
        distance = distance / features.shape[1]
    return (-distance).exp().index_select(1, _scan_order(radius, features.device))


def pair_kinds(labels: Tensor, radius: int = 5, ignore_index: int = 255) -> Tensor:
    """Which pairs are within the background, within a class, or of two classes.

    Args:
        labels: `(N, h, w)` integers, 0 is the background.
        radius: pairs are closer than this, in pixels of the map.
        ignore_index: label of pixels in no pair.

    Returns:
        `(3, N, P, h', w')` bool, the pairs of :func:`pair_affinity`.
    """
    labels = labels.to(torch.int16)
    own = pair_sources(labels, radius)
    if radius < 2:
        return own.new_zeros(3, len(labels), 0, *own.shape[1:], dtype=torch.bool)
    other = torch.cat([row for _, _, row in pair_rows(labels, radius)]).transpose(0, 1)
    other = other.index_select(1, _scan_order(radius, labels.device))
    own = own[:, None]
    certain, equal = (own != ignore_index) & (other != ignore_index), own == other
    return torch.stack([equal & certain & (own == 0), equal & certain & (own != 0), ~equal & certain])


def affinity_losses(affinity: Tensor, kinds: Tensor) -> tuple[Tensor, Tensor]:
    """The mean cross entropy of pairs within the background, within a class, and of two classes.

    The numbers of pairs are summed over all ranks, and each rank's sum is scaled so that the mean of the ranks' losses
    (and of their gradients) is that of one process with the whole batch.

    Args:
        affinity: `(N, P, h', w')` in [0, 1], see :func:`pair_affinity`.
        kinds: `(3, N, P, h', w')` bool, see :func:`pair_kinds`.

    Returns:
        `(3,)` losses, 0 where there are no such pairs, and `(3,)` the numbers of pairs of all ranks, plus 1e-5.
    """
    counts, world = over_ranks(kinds.sum((1, 2, 3, 4)).to(affinity.dtype))
    counts = counts + EPS
    high, low = -(affinity + EPS).log(), -(1 + EPS - affinity).log()
    sums = torch.stack([(part * kind).sum() for part, kind in zip((high, high, low), kinds, strict=True)])
    return world * sums / counts, counts


class _PairDistance(torch.autograd.Function):
    """Sums of absolute differences `(N, P, h', w')` of features `(N, C, h, w)`, P in the order of a scan."""

    @staticmethod
    def forward(ctx: Any, features: Tensor, radius: int) -> Tensor:
        features = features.contiguous()
        ctx.save_for_backward(features)
        ctx.radius = radius
        own = pair_sources(features, radius)
        return torch.cat([(own - row).abs_().sum(2) for _, _, row in pair_rows(features, radius)]).transpose(0, 1)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (features, ), radius = ctx.saved_tensors, ctx.radius
        result = torch.zeros_like(features)
        own, done = pair_sources(features, radius), 0
        rows, columns = own.shape[2:]
        if not own.numel():
            return result, None
        # The zeros at the end of each line keep lines apart when maps are moved on by the columns of the destinations.
        buffer = features.new_zeros(2 * radius - 1, *features.shape[:2], rows, columns + 2 * radius - 2)
        for dy, dx, number in destination_rows(radius):
            signs = buffer[:number, ..., :columns]
            torch.sub(own, pair_targets(features, dy, dx, number, radius), out=signs)
            signs.sign_().mul_(gradient[:, done:done + number].transpose(0, 1)[:, :, None])
            pair_sources(result, radius).add_(signs.sum(0))
            first, reach = radius - 1 + dx, columns + number - 1
            moved = buffer.as_strided((number, *signs.shape[1:-1], reach), (buffer.stride(0) - 1, *buffer.stride()[1:]))
            result[..., dy:dy + rows, first:first + reach].sub_(moved.sum(0))
            done += number
        return result, None


def _scan_order(radius: int, device: torch.device) -> Tensor:
    """`(P,)` the places of the pairs of `path_index` in a scan."""
    order = np.lexsort(path_index(radius).destinations.T[::-1])
    return torch.from_numpy(order.argsort()).to(device)
