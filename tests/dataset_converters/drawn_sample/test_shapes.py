"""Outlines and the canvas, against formulas and loops."""
import numpy as np
import pytest
from drawn_sample.shapes import Canvas, ellipse, limb, reach, reduce_canvas


def polygon_area(points: np.ndarray) -> float:
    x, y = points.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def test_outlines_have_the_areas_of_their_shapes():
    assert polygon_area(ellipse(3, -2, 5, 2, 30)) == pytest.approx(np.pi * 10, rel=0.02)
    assert polygon_area(limb((1, 1), (4, 5), 2, 2)) == pytest.approx(5 * 4 + np.pi * 4, rel=0.02)
    np.testing.assert_allclose(reach((1, 1), 2, 90), (1, 3), atol=1e-12)
    np.testing.assert_allclose(reach((1, 1), 2, 0), (3, 1), atol=1e-12)


def test_reduced_canvas_against_loops():
    draw = np.random.default_rng(0)
    canvas = Canvas(draw.integers(0, 256, (12, 18, 3), dtype=np.uint8))
    canvas.label[2:7, 4:11] = 8
    canvas.label[6:9, 3:9] = 12
    image, mask = reduce_canvas(canvas)
    assert image.shape == (4, 6, 3) and mask.shape == (4, 6)
    for row in range(4):
        for column in range(6):
            block = np.s_[3 * row:3 * row + 3, 3 * column:3 * column + 3]
            classes = set(canvas.label[block].ravel().tolist())
            assert mask[row, column] == (classes.pop() if len(classes) == 1 else 255)
            for channel in range(3):
                assert image[row, column, channel] == int(canvas.rgb[block][..., channel].sum()) // 9
