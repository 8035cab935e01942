"""Shapes of COCO's instances as masks."""
import numpy as np
import pytest
from coco_2014.shapes import ShapeError, decode_runs, decode_shape, fill_polygon, read_counts
from message_names import message_names


def encloses(polygon, x: float, y: float) -> bool:
    """Even-odd rule, edge by edge."""
    points = list(zip(polygon[::2], polygon[1::2], strict=True))
    inside = False
    for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
        if (y0 <= y) != (y1 <= y) and x0 + (y - y0) / (y1 - y0) * (x1 - x0) <= x:
            inside = not inside
    return inside


def compress(counts) -> str:
    """COCO's compressed text, number by number."""
    text = ''
    for index, count in enumerate(counts):
        value = count - counts[index - 2] if index > 2 else count
        while True:
            low, value = value & 31, value >> 5
            more = value != (-1 if low & 16 else 0)
            text += chr(48 + low + 32 * more)
            if not more:
                break
    return text


@pytest.mark.parametrize('corners', [3, 4, 7, 15])
def test_polygons_against_every_pixel_centre(corners):
    rng = np.random.default_rng(corners)
    for _ in range(5):
        polygon = rng.uniform(-4, 26, 2 * corners).round(2).tolist()  # also outside of the image
        slow = [[encloses(polygon, x + 0.5, y + 0.5) for x in range(23)] for y in range(17)]
        np.testing.assert_array_equal(fill_polygon(polygon, 17, 23), slow)


def test_polygons_of_an_instance_add_up():
    mask = decode_shape([[0, 0, 3, 0, 3, 2, 0, 2], [2, 1, 5, 1, 5, 4, 2, 4]], 4, 6)
    np.testing.assert_array_equal(
        mask, [[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 0], [0, 0, 1, 1, 1, 0], [0, 0, 1, 1, 1, 0]])
    assert not decode_shape([], 4, 6).any()


@pytest.mark.parametrize('seed', range(3))
def test_run_lengths_go_down_the_columns_plain_and_compressed(seed):
    rng = np.random.default_rng(seed)
    mask = rng.random((40, 50)) < (0.01, 0.5, 0.999)[seed]
    flat, counts, value = mask.T.flatten().tolist(), [], False
    while flat:
        count = flat.index(not value) if (not value) in flat else len(flat)
        counts.append(count)
        flat, value = flat[count:], not value
    assert read_counts(compress(counts)) == counts
    for form in (counts, compress(counts)):
        np.testing.assert_array_equal(decode_shape(dict(size=[40, 50], counts=form), 40, 50), mask)


@pytest.mark.parametrize('segmentation, named', [
    ('x', ['x']), (None, ['None']), ([[1, 2, 3]], ['[1, 2, 3]']), ([['a', 'b']], ['a']), ([[0, 0, 1, float('nan')]],
                                                                                       ['finite']),
    (dict(size=[4, 5], counts=[20]), ['[4, 5]', 4, 6]), (dict(size=[4, 6], counts=[20]), [20, 4, 6]),
    (dict(size=[4, 6], counts=[30, -6]), [4, 6]), (dict(size=[4, 6], counts=None), ['None']),
    (dict(size=[4, 6], counts='é'), ['é']), (dict(size=[4, 6], counts='X'), ['end']), (dict(), ['None', 4, 6])])
def test_shapes_that_do_not_fit(segmentation, named):
    with pytest.raises(ShapeError, match=message_names(*named)):
        decode_shape(segmentation, 4, 6)


def test_runs_of_an_empty_image_part():
    assert decode_runs([0, 24], 4, 6).all()
