"""The two pixels of each pair, as views of a map.

A source is a pixel whose pairs of `path_index(radius)` all lie inside the map: `h' = h - radius + 1` rows from the
first one, and `w' = w - 2 radius + 2` columns from column `radius - 1`; none if the map is too small. AffinityNet (Ahn,
Kwak, CVPR 2018) and IRN (Ahn, Cho, Kwak, CVPR 2019) learn from these pairs.
"""
from collections.abc import Iterator

from torch import Tensor

from .path_minimum import destination_rows


def pair_sources(maps: Tensor, radius: int) -> Tensor:
    """The sources: a view `(..., h', w')` of `(..., h, w)`."""
    height, width = maps.shape[-2:]
    return maps[..., :max(height - radius + 1, 0), radius - 1:max(width - radius + 1, radius - 1)]


def pair_targets(maps: Tensor, dy: int, dx: int, number: int, radius: int) -> Tensor:
    """What lies at `(dy, dx)`, `(dy, dx + 1)`, ... from each source: a view `(number, ..., h', w')`."""
    sources = pair_sources(maps, radius)
    if not sources.numel():
        return sources.expand(number, *sources.shape)
    return maps[..., dy:, radius - 1 + dx:].as_strided((number, *sources.shape), (maps.stride(-1), *maps.stride()))


def pair_rows(maps: Tensor, radius: int) -> Iterator[tuple[int, int, Tensor]]:
    """Yield the first destination `(dy, dx)` of each row of destinations, and the :func:`pair_targets` of the row.

    The rows together have all destinations of `path_index(radius)`, in the order of a scan.

    Args:
        maps: `(..., h, w)`.
        radius: pairs are closer than this; at least 2.
    """
    for dy, dx, number in destination_rows(radius):
        yield dy, dx, pair_targets(maps, dy, dx, number, radius)
