"""IRNet's pixel pairs and the straight paths between them.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019: the
affinity of two pixels is one minus the strongest boundary between them.
"""
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from numbers import Integral

import numpy as np

from mmwsss.utils.errors import InputError


@dataclass(frozen=True)
class PathIndex:
    """All pairs within a radius, each once, sorted by path length.

    Iterating yields each pair's destination `(dy, dx)` and path `(length, 2)`.

    Attributes:
        radius: pairs are closer than this, in pixels.
        destinations: `(P, 2)` int64, (dy, dx) from the origin of each pair, below it or to its right; the other half
            plane contains the same pairs in reverse.
        paths: one array `(P_l, l, 2)` int64 per path length `l`, ascending: the points (dy, dx) of the paths from
            start to end. Concatenated, the paths are in the order of `destinations`.
    """
    radius: int
    destinations: np.ndarray
    paths: tuple[np.ndarray, ...]

    def __iter__(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        return zip(self.destinations, (path for group in self.paths for path in group), strict=True)

    def __len__(self) -> int:
        return len(self.destinations)


@lru_cache
def path_index(radius: int) -> PathIndex:
    """Find the pairs of pixels closer than `radius` and the paths between them.

    Args:
        radius: in pixels, at least 1. IRNet uses 10 (152 pairs) for training and 5 (34 pairs) for the walk.

    Returns:
        The index; its arrays are shared between calls and read-only.

    Raises:
        InputError: `radius` is not a positive integer.
    """
    if not isinstance(radius, Integral) or radius < 1:
        raise InputError(f'The search radius must be an integer of at least 1, got {radius!r}.')
    radius = int(radius)  # NumPy's integers may overflow
    # A stable sort: paths of equal length stay in the order of the scan.
    paths = sorted((_path(dy, dx) for dy, dx in _scan(radius)), key=len)
    destinations = np.array([path[-1] for path in paths], dtype=np.int64).reshape(-1, 2)
    paths = tuple(np.array(list(group), dtype=np.int64) for _, group in groupby(paths, key=len))
    for array in (destinations, *paths):
        array.setflags(write=False)
    return PathIndex(radius, destinations, paths)


def _scan(radius: int) -> Iterator[tuple[int, int]]:
    """Yield destinations row by row: the rest of the origin's row, then the rows below."""
    for x in range(1, radius):
        yield 0, x
    for y in range(1, radius):
        for x in range(1 - radius, radius):
            if y * y + x * x < radius * radius:
                yield y, x


def _path(dy: int, dx: int) -> list[tuple[int, int]]:
    """Points in the bounding box of both ends that are less than a pixel away from the line."""
    squared_length = dy * dy + dx * dx
    points = [(y, x)
              for y in range(dy + 1)
              for x in range(min(dx, 0), max(dx, 0) + 1)
              if (y * dx - x * dy)**2 < squared_length]
    return sorted(points, key=lambda point: point[0] * dy + point[1] * dx)
