"""Gaussian filtering in high dimensions on the permutohedral lattice, on any device.

Adams, Baek, Davis: Fast High-Dimensional Filtering Using the Permutohedral Lattice, Eurographics 2010. Each point lies
in a simplex of the lattice. Its values are shared among the simplex's `d + 1` corners (splat), blurred along the
`d + 1` axes of the lattice, and read back at the points (slice).

All three are sums of weighted rows, which is what `embedding_bag` computes: one operator for splat, one for slice and
one for each axis. A lattice is built by one sort and `d + 1` searches, the rest is element-wise.
"""
import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError

LARGEST_KEY = 2**62
LARGEST_MULTIPLE = 2**20


class Permutohedral:
    """A lattice for a set of points; `filter` sums their values with Gaussian weights, symmetrically normalised.

    Features of points are divided by the widths of the Gaussian beforehand, so its standard deviation is 1. Several
    sets share the operators, not the lattice: the numbers of their vertices are far apart.

    Args:
        features: `(N, d)` float32, finite, or `(S, N / S, d)` of S sets of equal size.
        empty: points at the origin that have no values, in addition, in each set. Blurring passes through the vertices
            around them, which would not exist otherwise.

    Raises:
        InputError: the features spread too far to number the lattice.
    """

    def __init__(self, features: Tensor, empty: int = 0) -> None:
        features = features if features.dim() == 3 else features[None]
        sets, points, dim = features.shape
        keys, offsets, weights = _corners(F.pad(features, (0, 0, 0, empty)))
        weights[:, points:] = 0
        corner, order = keys.flatten().sort()
        vertices, number, count = torch.unique_consecutive(corner, return_inverse=True, return_counts=True)
        splat_weights, slice_weights = weights.flatten()[order], weights[:, :points].flatten() / (1 + 2**-dim)
        rows = torch.arange(sets * points, device=features.device).view(sets, points)
        rows = F.pad(rows, (0, empty)).flatten()  # an empty point reads any value, with weight 0
        splat_rows = rows[torch.div(order, dim + 1, rounding_mode='floor')]
        slice_rows = torch.empty_like(order).scatter_(0, order, number).view(keys.shape)[:, :points].flatten()
        # The last vertex has no corner. Its value stays 0: it stands for all neighbours that do not exist.
        splat_starts = F.pad(count.cumsum(0), (1, 0))
        blur_starts = torch.arange(0, 3 * len(vertices) + 3, 3, device=features.device)
        slice_starts = torch.arange(0, len(slice_rows), dim + 1, device=features.device)
        blur_weights = torch.tensor([.5, 1, .5]).to(features).repeat(len(vertices) + 1)

        # Rows, the start of each sum in them, and their weights. int32 takes a quarter off the time.
        self._sums = [(splat_rows.int(), splat_starts.int(), splat_weights)]
        self._sums += [(rows, blur_starts.int(), blur_weights) for rows in _neighbours(vertices, offsets).int()]
        self._sums += [(slice_rows.int(), slice_starts.int(), slice_weights)]
        norm = (self.filter(features.new_ones(sets * points, 1)) + 1e-20).rsqrt()
        splat_weights *= norm[splat_rows, 0]
        slice_weights.view(-1, dim + 1).mul_(norm)

    def filter(self, values: Tensor) -> Tensor:
        """Sum the values of all points with Gaussian weights.

        Args:
            values: `(N, V)` float32, the sets one after the other.

        Returns:
            `(N, V)`: `D^-1/2 K D^-1/2 values`, where K holds the weights and D the sums of its rows.
        """
        for rows, starts, weights in self._sums:
            values = F.embedding_bag(rows, values, starts, mode='sum', per_sample_weights=weights)
        return values


def _corners(features: Tensor) -> tuple[Tensor, list[int], Tensor]:
    """Where points `(S, P, d)` lie in the lattice of their set (section 3.1 of the paper).

    Returns:
        `(S, P, d + 1)` int64 keys of the corners of each point's simplex, what to add to a key for the neighbour along
        each of the `d + 1` axes, and `(S, P, d + 1)` weights of the corners (barycentric coordinates).
    """
    sets, points, dim = features.shape
    position = _elevate(features.flatten(0, 1))
    multiple = (position * (1 / (dim + 1))).round()
    # Beyond that, float32 is coarser than the lattice. Comparisons with NaN are false.
    if not multiple.abs().max() < LARGEST_MULTIPLE:
        raise _too_far()
    rest = position - multiple * (dim + 1)
    # Rank of each rest, from the largest; among equal ones the later coordinate comes last.
    later = torch.ones(dim + 1, dim + 1, dtype=torch.bool, device=features.device).tril(-1)[..., None]
    first, second = rest[:, None], rest[None]
    rank = ((second > first) | ((second == first) & later)).sum(1)
    # Multiples that do not sum to 0 are not in the plane. Moving them back turns the ranks round.
    rank += multiple.sum(0).long()
    wrap = torch.div(rank, dim + 1, rounding_mode='floor')
    rank -= wrap * (dim + 1)
    multiple = multiple.long() - wrap
    rest = (position - multiple * (dim + 1)) * (1 / (dim + 1))

    by_rank = torch.empty_like(rest).scatter_(0, dim - rank, rest)
    weights = by_rank.diff(dim=0, prepend=by_rank[-1:] - 1)
    keys, offsets = _pack(multiple, rank, sets)
    return keys.T.reshape(sets, points, dim + 1), offsets, weights.T.reshape(sets, points, dim + 1)


def _elevate(features: Tensor) -> Tensor:
    """`(N, d)` features as `(d + 1, N)` coordinates that sum to 0.

    Points of an image often lie between two simplices, where rounding decides which vertices exist. Therefore this
    keeps to float32 and to the usual order of the operations, so that all implementations decide alike.
    """
    dim = features.shape[1]
    inverse_std = float(np.float32(math.sqrt(2 / 3) * (dim + 1)))
    total = features.new_zeros(len(features))
    position = []
    for axis in range(dim, 0, -1):
        scaled = features[:, axis - 1] * (inverse_std / math.sqrt(axis * (axis + 1)))
        position.append(total - axis * scaled)
        total = total + scaled
    return torch.stack([total, *reversed(position)])


def _pack(multiple: Tensor, rank: Tensor, sets: int) -> tuple[Tensor, list[int]]:
    """Number the corners of simplices, each given by the multiples of d + 1 and the ranks, `(d + 1, N)`.

    The N points are those of `sets` sets of equal size, one after the other, which have no number in common.

    Corner r is the multiples plus r, minus d + 1 where the rank is above d - r. Its coordinates are all r modulo d + 1,
    so coordinate 0 and the differences of the others to it, in steps of d + 1, say everything. One integer holds them.
    Coordinates sum to 0, so the last is left out.

    Returns:
        `(d + 1, N)` int64 keys, and what to add to a key for the neighbour along each of the d + 1 axes.
    """
    dim = len(multiple) - 1
    codes = torch.cat([multiple[:1] * (dim + 1), multiple[1:dim] - multiple[:1]])
    low, high = codes.amin(1).tolist(), codes.amax(1).tolist()
    # The corners and their neighbours lie so far outside.
    margins = [2 * (dim + 1)] + [2] * (dim - 1)
    strides = [1]
    for smallest, largest, margin in zip(low, high, margins, strict=True):
        strides.append(strides[-1] * (largest - smallest + 1 + 2 * margin))
    span = strides.pop()
    if span * sets > LARGEST_KEY:
        raise _too_far()
    first = sum((margin - smallest) * stride for margin, smallest, stride in zip(margins, low, strides, strict=True))
    # What d + 1 more in a coordinate adds to the key.
    steps = [dim + 1 - sum(strides[1:]), *strides[1:], 0]
    step = torch.tensor(steps).to(multiple)[:, None]
    by_rank = torch.empty_like(rank).scatter_(0, dim - rank, 1 - step.expand_as(rank))
    keys = torch.cat([(multiple * step).sum(0, keepdim=True) + first, by_rank[:dim]]).cumsum(0)
    keys += (torch.arange(sets, device=keys.device) * span).repeat_interleave(keys.shape[1] // sets)
    return keys, [step - 1 for step in steps]


def _too_far() -> InputError:
    return InputError('The features of the DenseCRF spread over too many widths of its kernels. '
                      'Use larger widths, or a smaller image.')


def _neighbours(vertices: Tensor, offsets: list[int]) -> Tensor:
    """Rows of a neighbour along an axis, of each vertex, and of its other neighbour, for all axes.

    Returns:
        `(d + 1, 3 * (M + 1))`, three for each of the M vertices; row M stands for no vertex.
    """
    number = len(vertices)
    sought = vertices + torch.tensor(offsets).to(vertices)[:, None]
    place = torch.searchsorted(vertices, sought).clamp_(max=number - 1)
    right = F.pad(torch.where(vertices[place] == sought, place, number), (0, 1), value=number)
    # The neighbour on the other side is the inverse. Missing ones write to row M, which is then set right.
    rows = torch.arange(number + 1, device=vertices.device).expand_as(right)
    left = torch.full_like(right, number).scatter_(1, right, rows)
    left[:, number] = number
    return torch.stack([left, rows, right], dim=2).flatten(1)
