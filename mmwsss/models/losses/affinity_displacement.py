"""What IRNet learns from a label map: where affinity breaks, and where objects lie.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR
2019, section 4.2. Pairs of pixels closer than a radius are positive when their labels are equal and negative
when they differ; ignored pixels are in no pair.
"""
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor

from mmwsss.pseudo_labels.path_index import path_index
from mmwsss.utils.errors import InputError
from mmwsss.utils.threads import one_thread

from .over_ranks import over_ranks

EPS = 1e-5  # of the published losses: in each logarithm and each denominator


def affinity_displacement_loss(boundary_logits: Tensor,
                               displacement: Tensor,
                               labels: Tensor,
                               radius: int = 10,
                               ignore_index: int = 255) -> dict[str, Tensor]:
    """IRNet's four losses; the published objective is half their sum.

    Each is a sum over pairs divided by their number. In a distributed run the numbers are summed over all
    ranks, and each rank's sum is scaled so that the mean of the ranks' losses (and of their gradients) is
    that of one process with the whole batch.

    Args:
        boundary_logits: `(N, 1, h, w)`.
        displacement: `(N, 2, h, w)`, (dy, dx) in pixels of the map.
        labels: `(N, h, w)` integers, 0 is the background.
        radius: pairs are closer than this, in pixels of the map.
        ignore_index: label of pixels that are not certain.

    Returns:
        Scalars, 0 where there are no such pairs: `loss_pos_affinity` and `loss_neg_affinity` (cross entropy of
        affinities, the former a mean of background and foreground), `loss_fg_displacement` and
        `loss_bg_displacement` (absolute error a component).

    Raises:
        InputError: shapes do not fit.
    """
    size = labels.shape
    if boundary_logits.shape != (size[0], 1, *size[1:]) or displacement.shape != (size[0], 2, *size[1:]):
        raise InputError(f'Boundaries {tuple(boundary_logits.shape)}, displacements {tuple(displacement.shape)} and '
                         f'labels {tuple(size)} do not fit: pass (N, 1, h, w), (N, 2, h, w) and (N, h, w).')
    boundary, displacement = boundary_logits.float().sigmoid()[:, 0], displacement.float()
    sums, counts = _empty_sums(boundary, displacement), boundary.new_zeros(3, dtype=torch.float64)
    if size[1] >= radius and size[2] >= 2 * radius - 1:  # else no pixel has all of its pairs
        for targets, paths in _groups(radius):
            pairs = pair_labels(labels, targets, radius, ignore_index)
            counts += torch.stack([pair.sum(dtype=torch.float64) for pair in pairs])
            sums = sums + _group_sums(boundary, displacement, pairs, targets, paths, radius)
    counts, world = over_ranks(counts)
    background, foreground, negative = (counts + EPS).to(sums.dtype)
    return dict(
        loss_pos_affinity=world * (sums[0] / background + sums[1] / foreground) / 2,
        loss_neg_affinity=world * sums[2] / negative,
        loss_fg_displacement=world * sums[3] / (2 * foreground),
        loss_bg_displacement=world * sums[4] / (2 * background))


def pair_labels(labels: Tensor, targets: Tensor, radius: int, ignore_index: int = 255) -> tuple[Tensor, Tensor, Tensor]:
    """Which pairs are equal background, equal foreground, different.

    Args:
        labels: `(N, h, w)`.
        targets: `(P, 2)` destinations (dy, dx).
        radius: of the search; sources are the pixels whose pairs all lie inside.
        ignore_index: label of pixels in no pair.

    Returns:
        Three masks `(N, P, h', w')`, with `h' = h - radius + 1` and `w' = w - 2 radius + 2`.
    """
    source, target = _ends(labels, targets, radius)
    valid = (source != ignore_index) & (target != ignore_index)
    equal = valid & (source == target)
    return equal & (source == 0), equal & (source != 0), valid & (source != target)


def _groups(radius: int) -> Iterator[tuple[Tensor, np.ndarray]]:
    """Destinations `(P_l, 2)` and paths `(P_l, l, 2)` of one length after the other."""
    index, start = path_index(radius), 0
    for paths in index.paths:
        yield torch.tensor(index.destinations[start:start + len(paths)]), paths
        start += len(paths)


def _window(maps: Tensor, dy: int, dx: int, radius: int) -> Tensor:
    """`(..., h', w')`: what lies (dy, dx) from every source of `(..., h, w)`."""
    margin = radius - 1
    height, width = maps.shape[-2] - margin, maps.shape[-1] - 2 * margin
    return maps[..., dy:dy + height, margin + dx:margin + dx + width]


def _ends(maps: Tensor, targets: Tensor, radius: int) -> tuple[Tensor, Tensor]:
    """Values of `(N, ..., h, w)` at the sources `(N, ..., 1, h', w')` and the targets `(N, ..., P, h', w')`."""
    target = torch.stack([_window(maps, dy, dx, radius) for dy, dx in targets.tolist()], dim=-3)
    return _window(maps, 0, 0, radius).unsqueeze(-3), target


def _group_sums(boundary: Tensor, displacement: Tensor, pairs: tuple[Tensor, Tensor, Tensor], targets: Tensor,
                paths: np.ndarray, radius: int) -> Tensor:
    """The five sums (see :func:`affinity_displacement_loss`) over pairs whose paths have one length."""
    strongest = _StrongestOnPath.apply(boundary, paths, radius)
    background, foreground, negative = pairs
    positive_loss = -(1 - strongest + EPS).log()
    negative_loss = -(strongest + EPS).log()
    source, target = _ends(displacement, targets, radius)
    difference = source - target  # (N, 2, P, h', w')
    offset = targets.t().to(difference)[None, :, :, None, None]
    return torch.stack([
        (positive_loss * background).sum(), (positive_loss * foreground).sum(), (negative_loss * negative).sum(),
        ((difference - offset).abs() * foreground[:, None]).sum(), (difference.abs() * background[:, None]).sum()
    ])


class _StrongestOnPath(torch.autograd.Function):
    """The largest of `(N, h, w)` on each pair's path: `(N, P_l, h', w')`.

    Written out because autograd would keep every window and, in the backward pass, fill a whole map for each.
    Here one byte a pair remembers where its maximum was.
    """

    @staticmethod
    def forward(ctx: Any, maps: Tensor, paths: np.ndarray, radius: int) -> Tensor:
        strongest, places = [], []
        with one_thread(maps.device):
            for path in paths.tolist():
                (dy, dx), *others = path
                best = _window(maps, dy, dx, radius).clone()
                place = torch.zeros_like(best, dtype=torch.uint8)
                for step, (dy, dx) in enumerate(others, start=1):
                    window = _window(maps, dy, dx, radius)
                    place.masked_fill_(window > best, step)
                    torch.maximum(best, window, out=best)
                strongest.append(best)
                places.append(place)
        ctx.save_for_backward(torch.stack(places))
        ctx.paths, ctx.radius, ctx.size = paths, radius, maps.shape
        return torch.stack(strongest, dim=1)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        total = gradient.new_zeros(ctx.size)
        with one_thread(gradient.device):
            for path, place, part in zip(ctx.paths.tolist(), ctx.saved_tensors[0], gradient.unbind(1), strict=True):
                for step, (dy, dx) in enumerate(path):
                    _window(total, dy, dx, ctx.radius).addcmul_(part, (place == step).to(part.dtype))
        return total, None, None


def _empty_sums(boundary: Tensor, displacement: Tensor) -> Tensor:
    """Five zeros that all parameters belong to, so that a batch without pairs still has gradients."""
    return boundary.new_zeros(5) + 0 * (boundary.sum() + displacement.sum())
