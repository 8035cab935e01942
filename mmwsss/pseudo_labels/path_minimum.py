"""The smallest value on each path between two pixels, for many paths at a time.

A minimum may see a point twice. So a path is its first `2^k` points together with its last `2^k`, and such a block of
points is its two halves. Moved to the same place, most blocks of different paths are equal: for radius 10, whose 152
paths have 2134 points, 164 blocks and the paths themselves need one minimum of two values each.
"""
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby

import numpy as np
import torch
from torch import Tensor

from .path_index import path_index

Points = tuple[tuple[int, int], ...]


@torch.no_grad()
def path_minimum(maps: Tensor, radius: int) -> Iterator[tuple[int, int, Tensor]]:
    """Yield the smallest value on each path, one row of destinations after the other.

    A source is a pixel whose pairs all lie inside the map: `h' = h - radius + 1` rows from the first one, and
    `w' = w - 2 radius + 2` columns from column `radius - 1`.

    Args:
        maps: `(N, h, w)`, `h` at least `radius` and `w` at least `2 radius - 1`.
        radius: of the search, at least 2.

    Yields:
        The first destination `(dy, dx)` of a row, and the minima `(P_dy, N, h', w')` on the paths from every source
        to `(dy, dx)`, `(dy, dx + 1)`, ...
    """
    count, height, width = maps.shape
    margin, length = radius - 1, maps.numel()
    *joins, halves = [torch.from_numpy(places @ (length, width, 1)).to(maps.device) for places in _plan(radius)]

    # One row for each block: the value at a pixel belongs to the block that starts there. Where a block leaves the map
    # the value has no meaning; no path of a source needs it. The last row is there to be read over its end.
    blocks = maps.new_empty(2 + sum(map(len, joins)), length)
    blocks[0] = maps.flatten()
    moved = blocks.as_strided((blocks.numel() - length, length), (1, 1))
    done = 1
    for first, second in (join.t() for join in joins):
        torch.minimum(moved.index_select(0, first), moved.index_select(0, second), out=blocks[done:done + len(first)])
        done += len(first)

    size = (count, height - margin, width - 2 * margin)
    moved = blocks.flatten()[margin:].as_strided((blocks.numel() - length, *size), (1, height * width, width, 1))
    done = 0
    for dy, dx, number in destination_rows(radius):
        first, second = halves[done:done + number].t()
        yield dy, dx, torch.minimum(moved.index_select(0, first), moved.index_select(0, second))
        done += number


def destination_rows(radius: int) -> Iterator[tuple[int, int, int]]:
    """The first destination `(dy, dx)` of each row of a radius of at least 2, and how many follow each other."""
    destinations = path_index(radius).destinations
    for dy in range(radius):
        columns = destinations[destinations[:, 0] == dy, 1]
        yield dy, int(columns.min()), len(columns)


@lru_cache
def _plan(radius: int) -> list[np.ndarray]:
    """How blocks are joined from smaller ones.

    Returns:
        For the blocks of 2, 4, 8, ... points `(B, 2, 3)`: row, y and x of the two halves of each. Last, the same for
        the paths, `(P, 2, 3)`, in the scan order of their destinations.
    """
    paths = sorted((tuple(map(tuple, path.tolist())) for _, path in path_index(radius)), key=lambda path: path[-1])
    blocks: dict[frozenset, Points] = {}  # the points of each shape, in the order of the path

    def collect(points: Points) -> None:
        for half in _halves(points):
            moved = _moved(half)
            if blocks.setdefault(frozenset(moved), moved) is moved and len(moved) > 1:
                collect(moved)

    for path in paths:
        collect(path)
    rows = {shape: row for row, shape in enumerate(sorted(blocks, key=len))}

    def places(unions: Iterable[Points]) -> np.ndarray:
        return np.array([[(rows[frozenset(_moved(half))], *min(half)) for half in _halves(points)]
                         for points in unions])

    joins = [places(blocks[shape] for shape in group) for size, group in groupby(rows, key=len) if size > 1]
    return [*joins, places(paths)]


def _halves(points: Points) -> tuple[Points, Points]:
    """The first and the last `2^k` points, of more than `2^k` and at most `2^(k+1)`."""
    size = 1 << ((len(points) - 1).bit_length() - 1)
    return points[:size], points[-size:]


def _moved(points: Points) -> Points:
    """The points as seen from the first of them in scan order."""
    top, left = min(points)
    return tuple((y - top, x - left) for y, x in points)
