"""Label maps from scribbles, points and boxes."""
import numpy as np
import pytest

from mmwsss.pseudo_labels.strokes import Box, Stroke, cut_boxes, draw_strokes, fill_boxes, grab_cut, keep_agreed


def stroke(label, *points):
    return Stroke(label, np.array(points, dtype=np.float64))


def test_lines_and_dots():
    found = draw_strokes([stroke(3, (1, 2), (4, 2)), stroke(0, (7.4, 5.6))], (8, 9), width=1)
    wanted = np.full((8, 9), 255)
    wanted[2, 1:5] = 3
    wanted[6, 7] = 0
    np.testing.assert_array_equal(found, wanted)
    assert found.dtype == np.uint8


def test_wider_lines_contain_the_thin_ones_and_stop_at_the_border():
    strokes = [stroke(2, (0, 0), (9, 5), (3, 7))]
    thin, wide = (draw_strokes(strokes, (10, 12), width) == 2 for width in (1, 3))
    assert (wide & thin).sum() == thin.sum() < wide.sum() / 2
    assert (draw_strokes([stroke(1, (4, 4))], (9, 9), 3) == 1).sum() in (5, 9)


def test_crossings_of_two_or_three_classes_are_unlabelled():
    lines = [stroke(1, (0, 3), (6, 3)), stroke(2, (3, 0), (3, 6)), stroke(4, (0, 0), (6, 6))]
    for count in (2, 3):
        found = draw_strokes(lines[:count], (7, 7), 1)
        assert found[3, 3] == 255 and found[3, 0] == 1 and found[0, 3] == 2
    assert draw_strokes([lines[0], stroke(1, (3, 0), (3, 6))], (7, 7), 1)[3, 3] == 1  # of one class
    assert draw_strokes([lines[0], stroke(255, (3, 0), (3, 6))], (7, 7), 1)[3].tolist() == [1, 1, 1, 255, 1, 1, 1]


@pytest.mark.parametrize('order', [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_smallest_box_wins(order):
    boxes = [Box(1, 0, 0, 9, 9), Box(2, 2, 2, 7, 7), Box(3, 4, 4, 5, 5)]
    found = fill_boxes([boxes[index] for index in order], (11, 12))
    assert (found == 3).sum() == 4 and (found == 2).sum() == 36 - 4 and (found == 1).sum() == 100 - 36
    assert not found[10:].any() and not found[:, 10:].any()


def test_crowds_lie_below_all_objects():
    found = fill_boxes([Box(255, 4, 4, 5, 5), Box(1, 0, 0, 4, 9)], (10, 10))
    assert found[4, 4] == 1 and found[4, 5] == 255


def disc_image(centre=(30, 30), radius=12, size=(60, 64), seed=0):
    """A bright disc on a dark ground, with noise."""
    rows, columns = np.ogrid[:size[0], :size[1]]
    disc = (rows - centre[0])**2 + (columns - centre[1])**2 < radius**2
    noise = np.random.default_rng(seed).integers(0, 40, (*size, 3))
    return (noise + 180 * disc[..., None]).astype(np.uint8), disc


def test_grab_cut_finds_the_object_in_its_box():
    image, disc = disc_image()
    box = Box(5, 16, 16, 44, 44)
    labels = cut_boxes(image, [box])
    assert ((labels == 5) == disc).mean() > 0.99 and set(np.unique(labels)) == {0, 5}
    np.testing.assert_array_equal(labels, cut_boxes(image, [box]))  # the same at any time
    assert (labels[~fill_boxes([box], image.shape[:2]).astype(bool)] == 0).all()


def test_objects_of_smaller_boxes_are_on_top_and_leave_the_rest_to_the_larger():
    image, disc = disc_image()
    ring, small = disc_image(radius=4)
    image[small] = (255, 0, 0)
    labels = cut_boxes(image, [Box(7, 24, 24, 36, 36), Box(5, 16, 16, 44, 44)])
    assert (labels[small] == 7).mean() > 0.9
    assert (labels[disc & ~small] == 5).mean() > 0.9


def test_boxes_without_a_surrounding_are_filled_and_those_without_an_object_unlabelled(monkeypatch):
    image, _ = disc_image()
    assert grab_cut(image, Box(1, 0, 0, 63, 59)).all()
    assert (cut_boxes(image, [Box(1, 0, 0, 63, 59)]) == 1).all()
    assert grab_cut(image, Box(1, 3, 3, 3, 3)).shape == (1, 1)
    image[:] = 90
    labels = cut_boxes(image, [Box(1, 20, 20, 30, 30)])
    assert set(np.unique(labels[20:31, 20:31])) <= {1, 255}
    monkeypatch.setattr('mmwsss.pseudo_labels.strokes.grab_cut', lambda image, box, iterations: np.zeros(
        (box.bottom - box.top + 1, box.right - box.left + 1), dtype=bool))
    labels = cut_boxes(image, [Box(1, 20, 20, 30, 30)])
    assert (labels[20:31, 20:31] == 255).all() and (labels == 255).sum() == 121


def test_what_a_refinement_does_not_confirm_is_unlabelled_inside_boxes_only():
    labels = np.array([[0, 1, 1, 0, 0]], dtype=np.uint8)
    refined = np.array([[1, 1, 0, 1, 1]])
    np.testing.assert_array_equal(keep_agreed(labels, refined, [Box(1, 1, 0, 3, 0)]), [[0, 1, 255, 255, 0]])


def test_a_width_beyond_every_image_covers_it():
    for points in ([(1, 2), (4, 2)], [(0, 0)]):
        assert (draw_strokes([stroke(2, *points)], (10, 12), width=10 ** 6) == 2).all()
