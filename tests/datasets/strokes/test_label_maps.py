"""Label maps of drawn strokes."""
import numpy as np
import pytest
from message_names import message_names
from PIL import Image
from stroke_xml import BOTH

from mmwsss.datasets.strokes import read_stroke_png
from mmwsss.utils.errors import InputError


def save(path, labels):
    Image.fromarray(np.asarray(labels, dtype=np.uint8)).save(path)
    return path


def test_drawn_strokes(tmp_path):
    path = save(tmp_path / 'a.png', [[0, 1, 2], [3, 255, 255]])
    assert read_stroke_png(path, BOTH.numbers, (2, 3)).tolist() == [[0, 1, 255], [3, 255, 255]]


@pytest.mark.parametrize(('labels', 'named'), [
    ([[0, 7]], ('7', '3')), ([[0], [1]], ('2 x 1', '1 x 2')),
    ([[[0, 0, 0], [1, 1, 1]]], ('grey', ))])
def test_drawn_strokes_that_do_not_fit(tmp_path, labels, named):
    path = save(tmp_path / 'a.png', labels)
    with pytest.raises(InputError, match=message_names(path, *named)):
        read_stroke_png(path, BOTH.numbers, (1, 2))
    with pytest.raises(InputError, match=message_names(tmp_path / 'b.png')):
        read_stroke_png(tmp_path / 'b.png', BOTH.numbers, (1, 2))
