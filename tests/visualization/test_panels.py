"""The panels of a report."""
import base64

import cv2
import numpy as np
import pytest

from mmwsss.utils.palette_png import class_palette
from mmwsss.visualization.panels import heat_overlay, image_of_uri, image_uri, paint_labels, shrink


def test_labels_get_their_colours():
    painted = paint_labels(np.array([[0, 1], [2, 255]], np.uint8), [(0, 0, 0), (10, 20, 30), (200, 100, 50)])
    assert painted.tolist() == [[[0, 0, 0], [10, 20, 30]], [[200, 100, 50], [255, 255, 255]]]


def test_more_colours_than_labels():
    assert paint_labels(np.array([[0, 1]], np.uint8), class_palette(300)).tolist() == [[[0, 0, 0], [128, 0, 0]]]


def test_heat():
    image = np.full((4, 6, 3), 100, np.uint8)
    cold, hot = heat_overlay(image, np.zeros((2, 3)), weight=0.5), heat_overlay(image, np.ones((2, 3)), weight=1)
    assert cold.shape == hot.shape == image.shape
    assert cold[0, 0].tolist() == [50, 50, 113]  # jet: dark blue at 0 ...
    assert hot[0, 0].tolist() == [127, 0, 0]  # ... and dark red at 1
    half = heat_overlay(np.zeros((8, 8, 3), np.uint8), np.array([[0.0, 1.0]]), weight=1)
    assert half[0, 0, 2] > half[0, -1, 2] and half[0, -1, 0] > half[0, 0, 0]


def test_shrinking():
    labels = np.zeros((100, 50), np.uint8)
    labels[:, 25:] = 7
    small = shrink(labels, 20, smooth=False)
    assert small.shape == (20, 10) and set(np.unique(small)) == {0, 7}
    assert shrink(labels, 100) is labels
    assert shrink(np.zeros((400, 1, 3), np.uint8), 100).shape == (100, 1, 3)


def test_embedding():
    image = np.zeros((5, 4, 3), np.uint8)
    image[..., 0] = 255
    head, content = image_uri(image, 'png').split(',')
    assert head == 'data:image/png;base64'
    decoded = cv2.imdecode(np.frombuffer(base64.b64decode(content), np.uint8), cv2.IMREAD_COLOR)
    assert np.array_equal(decoded[..., ::-1], image)
    assert np.array_equal(image_of_uri(image_uri(image, 'png')), image)
    with pytest.raises(ValueError, match='data:image/png'):
        image_of_uri('data:image/png;base64,AAAA')
