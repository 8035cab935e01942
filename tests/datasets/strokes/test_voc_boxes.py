"""Boxes in VOC's XML."""
import pytest
from message_names import message_names
from stroke_xml import IDS, SIZE, box, scribble, write_xml

from mmwsss.datasets.strokes import read_voc_boxes
from mmwsss.pseudo_labels.strokes import Box
from mmwsss.utils.errors import InputError


def test_boxes_of_voc(tmp_path):
    path = write_xml(tmp_path, box('cow', 1, 1, 50, 40), box('cat', 4, 3, 4, 3),
                     box('dog', '10.6', '5.2', '20.4', '9.9'), box('cat', -5, 30, 10, 99))
    assert read_voc_boxes(path, IDS, SIZE) == [
        Box(3, 0, 0, 49, 39), Box(1, 3, 2, 3, 2), Box(255, 9, 4, 20, 9), Box(1, 0, 29, 9, 39)]
    assert read_voc_boxes(write_xml(tmp_path), IDS, SIZE) == []  # an image of background


@pytest.mark.parametrize(('parts', 'named'), [
    ((box('cat', 1, 1, 2, 2), box('cat', 8, 1, 7, 9)), ('2', 'area')),
    ((box('cat', 51, 1, 60, 9), ), ('1', 'outside')),
    ((box('cat', 1, -9, 5, -3), ), ('1', 'outside')),
    ((box('bear', 1, 1, 2, 2), ), ('bear', )),
    ((box('cat', 1, 'y', 2, 2), ), ('ymin', )),
    (('<object><name>cat</name></object>', ), ('bndbox', )),
    ((scribble('cat', (1, 1)), ), ('bndbox', )),
])
def test_boxes_that_do_not_fit(tmp_path, parts, named):
    path = write_xml(tmp_path, *parts)
    with pytest.raises(InputError, match=message_names(path, *named)):
        read_voc_boxes(path, IDS, SIZE)


def test_background_without_a_size(tmp_path):
    path = write_xml(tmp_path, head='<annotation>')
    with pytest.raises(InputError, match=message_names(path, 'object', 'size')):
        read_voc_boxes(path, IDS, SIZE)
