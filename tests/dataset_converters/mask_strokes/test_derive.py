"""Strokes of masks, by the documented rule."""
from collections import deque

import cv2
import numpy as np
from mask_strokes.derive import draw_scribble, regions_of, spread

from mmwsss.pseudo_labels.strokes import Stroke, draw_strokes


def flood(core, start):
    """Steps to the eight neighbours, one pixel at a time."""
    steps = np.full(core.shape, -1)
    steps[start], todo = 0, deque([start])
    while todo:
        y, x = todo.popleft()
        for i, j in np.ndindex(3, 3):
            place = y + i - 1, x + j - 1
            if 0 <= place[0] < core.shape[0] and 0 <= place[1] < core.shape[1] and core[place] and steps[place] < 0:
                steps[place] = steps[y, x] + 1
                todo.append(place)
    return steps


def test_steps():
    core = np.random.default_rng(0).random((15, 18)) < 0.6
    start = tuple(np.argwhere(core)[0])
    steps, far = spread(core, start)
    np.testing.assert_array_equal(steps, flood(core, start))
    assert steps[far] == steps.max()


def test_a_bar_has_a_line_along_its_middle():
    region = np.zeros((21, 60), dtype=bool)
    region[6:15, 4:56] = True
    line, point = draw_scribble(region)
    assert point[1] == 10 and line[:, 1].min() >= 8 and line[:, 1].max() <= 12
    assert line[:, 0].max() - line[:, 0].min() > 40


def ring():
    rows, columns = np.ogrid[:80, :90]
    distance = (rows - 40)**2 + (columns - 45)**2
    mask = np.zeros((80, 90), dtype=np.uint8)
    mask[distance < 32**2] = 7
    mask[distance < 16**2] = 255
    mask[2:4, 2:4] = 9  # below 1/1000
    mask[60:79, 80:90] = 3
    return mask


def test_regions_by_class():
    mask = ring()
    regions = regions_of(mask)
    assert [region.label for region in regions] == [0, 3, 7]
    for region in regions:
        x, y = region.point
        assert mask[y, x] == region.label and region.area == (mask == region.label).sum()
    assert regions[1].box == (80, 60, 89, 78)
    assert regions[2].box == (45 - 31, 40 - 31, 45 + 31, 40 + 31)


def test_scribbles_stay_in_their_regions():
    mask = ring()
    drawn = draw_strokes([Stroke(region.label, region.scribble) for region in regions_of(mask)], mask.shape, 1)
    labelled = drawn != 255
    assert (drawn[labelled] == mask[labelled]).all() and set(np.unique(drawn)) == {0, 3, 7, 255}
    assert (drawn == 7).sum() > 60  # half the ring at least


def test_a_pixel_and_nothing():
    assert draw_scribble(np.ones((1, 1), dtype=bool))[0].tolist() == [[0, 0]]
    assert regions_of(np.full((9, 9), 255, dtype=np.uint8)) == []


def squared_distances(region):
    """Whole numbers, to the nearest pixel outside of the region or the image."""
    outside = np.argwhere(~np.pad(region, 1)) - 1
    pixels = np.argwhere(region)
    result = np.zeros(region.shape, dtype=np.int64)
    result[tuple(pixels.T)] = [((outside - pixel)**2).sum(axis=1).min() for pixel in pixels]
    return result


def test_the_first_of_equally_inner_pixels():
    drawn = np.zeros((71, 27), dtype=np.uint8)
    cv2.circle(drawn, (3, 36), 21, 1, -1)
    cv2.circle(drawn, (2, 15), 22, 1, -1)
    drawn[48, 15] = 0
    region = drawn > 0
    squared = squared_distances(region)
    assert (squared == squared.max()).sum() > 1
    first = np.unravel_index(squared.argmax(), region.shape)
    assert draw_scribble(region)[1] == (first[1], first[0])
