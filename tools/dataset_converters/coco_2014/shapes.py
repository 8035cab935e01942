"""Shapes of instances, polygons or run lengths, as masks; without pycocotools."""
from collections.abc import Sequence
from typing import Any

import numpy as np


class ShapeError(ValueError):
    """A segmentation that is neither polygons nor run lengths of the image's size."""


def decode_shape(segmentation: Any, height: int, width: int) -> np.ndarray:
    """The pixels of an instance.

    Args:
        segmentation: a list of polygons `[x0, y0, x1, y1, ...]`, whose union it is, or
            `dict(size=[H, W], counts=...)` with run lengths as a list or in COCO's compressed text.
        height, width: of the image.

    Returns:
        `(H, W)` bool.

    Raises:
        ShapeError: it is something else, or does not fit the image.
    """
    if isinstance(segmentation, dict):
        if list(segmentation.get('size', ())) != [height, width]:
            raise ShapeError(f'run lengths of size {segmentation.get("size")} in an image of {height} x {width}')
        counts = segmentation.get('counts')
        return decode_runs(read_counts(counts) if isinstance(counts, str) else counts, height, width)
    if not isinstance(segmentation, list):
        raise ShapeError(f'a segmentation that is {str(segmentation)[:40]!r}')
    mask = np.zeros((height, width), dtype=bool)
    for polygon in segmentation:
        mask |= fill_polygon(polygon, height, width)
    return mask


def fill_polygon(polygon: Sequence[float], height: int, width: int) -> np.ndarray:
    """The pixels whose centres a polygon encloses (even-odd rule).

    pycocotools rounds the corners to fifths of a pixel first, so single pixels of a border may differ.

    Args:
        polygon: `[x0, y0, x1, y1, ...]` in pixels; the centre of the first pixel is (0.5, 0.5).
        height, width: of the image.

    Returns:
        `(H, W)` bool.

    Raises:
        ShapeError: it is not a list of pairs of finite numbers.
    """
    try:
        x, y = np.asarray(polygon, dtype=np.float64).reshape(-1, 2).T
    except (TypeError, ValueError) as error:
        raise ShapeError(f'a polygon that is not [x, y, x, y, ...]: {str(polygon)[:40]}') from error
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ShapeError('a polygon with a coordinate that is not finite')
    centres = np.arange(height)[:, None] + 0.5
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    row, edge = np.nonzero((y <= centres) != (next_y <= centres))  # this edge crosses this row
    share = (centres[row, 0] - y[edge]) / (next_y[edge] - y[edge])
    crossing = x[edge] + share * (next_x[edge] - x[edge])
    column = np.clip(np.ceil(crossing - 0.5), 0, width).astype(np.int64)  # the first pixel to the right of it
    toggles = np.zeros((height, width + 1), dtype=np.int64)
    np.add.at(toggles, (row, column), 1)
    return toggles.cumsum(axis=1)[:, :width] % 2 == 1


def decode_runs(counts: Any, height: int, width: int) -> np.ndarray:
    """A mask from run lengths of background and foreground in turn, down the columns.

    Raises:
        ShapeError: the runs do not add up to the image.
    """
    try:
        runs = np.asarray(counts, dtype=np.int64)
    except (TypeError, ValueError, OverflowError) as error:
        raise ShapeError(f'run lengths that are {str(counts)[:40]!r}') from error
    if runs.ndim != 1 or (runs < 0).any() or runs.sum() != height * width:
        raise ShapeError(f'run lengths that add up to {runs.sum()} pixels in an image of {height} x {width}')
    values = np.arange(len(runs)) % 2 == 1
    return values.repeat(runs).reshape(width, height).T


def read_counts(text: str) -> list[int]:
    """Run lengths from COCO's compressed text.

    A character holds five bits, the lowest first; 32 marks that more follow, 16 in the last one a negative number.
    From the fourth number on, differences to the last but one are stored.

    Raises:
        ShapeError: the text is damaged.
    """
    counts: list[int] = []
    value = shift = 0
    for character in text:
        code = ord(character) - 48
        if not 0 <= code < 64:
            raise ShapeError(f'compressed run lengths with the character {character!r}')
        value |= (code & 31) << shift
        shift += 5
        if code & 32:
            continue
        if code & 16:
            value -= 1 << shift
        counts.append(value + counts[-2] if len(counts) > 2 else value)
        value = shift = 0
    if shift:
        raise ShapeError('compressed run lengths that end within a number')
    return counts
