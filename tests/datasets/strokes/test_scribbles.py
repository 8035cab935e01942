"""Scribbles of ScribbleSup."""
import pytest
from message_names import message_names
from stroke_xml import IDS, SIZE, box, scribble, write_xml

from mmwsss.datasets.strokes import read_scribbles
from mmwsss.utils.errors import InputError


def test_scribbles(tmp_path):
    path = write_xml(tmp_path, scribble('cow', (3, 4), (10, 20)), scribble(' background ', (50, -1)),
                     scribble('dog', (1, 1)))
    first, second, third = read_scribbles(path, IDS, SIZE)
    assert (first.label, second.label, third.label) == (3, 0, 255)
    assert first.points.tolist() == [[3, 4], [10, 20]]
    assert second.points.tolist() == [[49, 0]]  # slipped over the border
    first, = read_scribbles(write_xml(tmp_path, scribble('cat', (1, 1), (52, 3), (-90, 70))), IDS, SIZE)
    assert first.points.tolist() == [[1, 1], [49, 3], [0, 39]]


@pytest.mark.parametrize(('parts', 'named'), [
    ((), ('polygon', )),
    ((box('cat', 1, 1, 2, 2), ), ('object', )),
    ((scribble('cat'), ), ('1', 'points')),
    ((scribble('cat', (1, 1)), scribble('unicorn', (1, 1))), ('2', 'unicorn', 'cow')),
    ((scribble('', (1, 1)), ), ("''", )),
    ((scribble('cat', (1, 1)), scribble('cat', (52, 3), (60, 4))), ('2', '52', '3', '40', '50')),
    ((scribble('cat', ('x', 1)), ), ('X', "'x'")),
])
def test_scribbles_that_do_not_fit(tmp_path, parts, named):
    path = write_xml(tmp_path, *parts)
    with pytest.raises(InputError, match=message_names(path, *named)):
        read_scribbles(path, IDS, SIZE)
