"""Areas and ends of outlines."""
import numpy as np
import pytest
from drawn_sample.outlines import ellipse, limb, reach


def polygon_area(points: np.ndarray) -> float:
    x, y = points.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


def test_outlines_have_the_areas_of_their_shapes():
    assert polygon_area(ellipse(3, -2, 5, 2, 30)) == pytest.approx(np.pi * 10, rel=0.02)
    assert polygon_area(limb((1, 1), (4, 5), 2, 2)) == pytest.approx(5 * 4 + np.pi * 4, rel=0.02)
    np.testing.assert_allclose(reach((1, 1), 2, 90), (1, 3), atol=1e-12)
    np.testing.assert_allclose(reach((1, 1), 2, 0), (3, 1), atol=1e-12)
