"""Scribbles, points and boxes of a mask, by a fixed rule.

No human drew them: they are more regular than ScribbleSup's scribbles, and a region stands for an object. The rule
looks at regions, the 8-connected pixels of one class, background included, that cover at least 1/1000 of the image:

- scribble: the core of a region has at least half the largest distance to the region's border (the image's border
  counts as one). The scribble is the shortest way through the core between two of its pixels that lie far apart: the
  farthest from the innermost pixel, and the farthest from that one.
- point: the innermost pixel of each region of an object and of the largest region of the background.
- box: the smallest around each region of an object.
"""
from typing import NamedTuple

import cv2
import numpy as np
from voc_layout import VOID

MIN_SHARE = 1e-3  # of the image that a region covers
CORE = 0.5  # of the largest distance to the border
SQUARE = np.ones((3, 3), dtype=np.uint8)  # a pixel and its eight neighbours


class Region(NamedTuple):
    """A region: its class id, `(P, 2)` points x, y of its scribble, its innermost pixel, its box, its number of pixels.

    The box is left, top, right, bottom; the last two belong to it.
    """

    label: int
    scribble: np.ndarray
    point: tuple[int, int]
    box: tuple[int, int, int, int]
    area: int


def regions_of(mask: np.ndarray) -> list[Region]:
    """Find the regions of a mask, by class, then from top to bottom.

    Args:
        mask: `(H, W)` uint8, 255 void.

    Returns:
        At least one region where a class covers 1/1000 of the image.
    """
    result = []
    for label in np.unique(mask).tolist():
        if label == VOID:
            continue
        count, numbers, stats, _ = cv2.connectedComponentsWithStats((mask == label).astype(np.uint8), connectivity=8)
        for number in range(1, count):
            left, top, width, height, area = stats[number].tolist()
            if area < MIN_SHARE * mask.size:
                continue
            scribble, point = draw_scribble(numbers[top:top + height, left:left + width] == number)
            result.append(Region(label, scribble + (left, top), (point[0] + left, point[1] + top),
                                 (left, top, left + width - 1, top + height - 1), area))
    return result


def draw_scribble(region: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """Draw the scribble of a region.

    Args:
        region: `(H, W)` bool, connected, not empty.

    Returns:
        `(P, 2)` points x, y, and the innermost pixel x, y.
    """
    distance = cv2.distanceTransform(np.pad(region.astype(np.uint8), 1), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)[1:-1, 1:-1]
    squared = np.rint(distance.astype(np.float64)**2)  # whole numbers: no rounding decides between equal distances
    core = squared >= CORE**2 * squared.max()
    start = np.unravel_index(squared.argmax(), region.shape)
    _, end = spread(core, start)
    steps, other = spread(core, end)
    way = [other]
    while steps[way[-1]]:  # the neighbour that is a step closer; the first one where there are several
        row, column = way[-1]
        near = [(y, x) for y in range(max(row - 1, 0), min(row + 2, len(steps)))
                for x in range(max(column - 1, 0), min(column + 2, steps.shape[1]))]
        way.append(next(place for place in near if steps[place] == steps[row, column] - 1))
    line = np.array(way, dtype=np.int32)[:, ::-1].reshape(-1, 1, 2)
    return cv2.approxPolyDP(np.ascontiguousarray(line), 1.0, closed=False)[:, 0].astype(np.int64), (
        int(start[1]), int(start[0]))


def spread(core: np.ndarray, start: tuple[int, int]) -> tuple[np.ndarray, tuple[int, int]]:
    """Count the steps from a pixel to all others of its connected part.

    Args:
        core: `(H, W)` bool.
        start: row and column of a pixel in it.

    Returns:
        `(H, W)` int32 steps to one of eight neighbours, -1 where there is no way, and the farthest pixel, the first in
        the order of rows where there are several.
    """
    free, wave = core.astype(np.uint8), np.zeros(core.shape, dtype=np.uint8)
    steps = np.full(core.shape, -1, dtype=np.int32)
    wave[start], count = 1, 0
    while wave.any():
        steps[wave == 1] = count
        free[wave == 1] = 0
        wave = cv2.dilate(wave, SQUARE) & free
        count += 1
    row, column = np.unravel_index(steps.argmax(), steps.shape)
    return steps, (int(row), int(column))
