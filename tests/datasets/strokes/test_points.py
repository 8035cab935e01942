"""Points of What's the Point."""
import json

import pytest
from message_names import message_names
from stroke_xml import BOTH, SIZE

from mmwsss.datasets.strokes import points_of, read_points
from mmwsss.utils.errors import InputError


def test_points_of_several_files(tmp_path):
    (tmp_path / 'a.json').write_text(json.dumps({'x': [dict(x=1, y=2, cls=3, rank=0), dict(x=5, y=6, cls=255)]}))
    (tmp_path / 'b.json').write_text(json.dumps({'x.jpg': [dict(x=7, y=8, cls=0)], 'y': [dict(x=1, y=1, cls='cat')]}))
    found = read_points([tmp_path / 'a.json', tmp_path / 'b.json'])
    assert [(one.label, *one.points[0].tolist()) for one in points_of(found['x'], BOTH, SIZE, 'x')] == [
        (3, 1, 2), (0, 7, 8)]
    assert points_of(found['y'], BOTH, SIZE, 'y')[0].label == 1
    assert points_of([dict(x=1, y=1, cls=2)], BOTH, SIZE, 'x')[0].label == 255  # dog is not used


@pytest.mark.parametrize(('entries', 'named'), [
    ([], ('points', )),
    ([dict(x=1, y=1, cls=255)], ('points', )),
    ([dict(x=1, y=1, cls=4)], ('1', '4', '3')),
    ([dict(x=1, y=1, cls='bear')], ('bear', )),
    ([dict(x=1, y=1, cls=[1])], ('1', '[1]')),
    ([dict(x=1, y=1, cls={})], ('1', '{}')),
    ([dict(x=1, y=1, cls=None)], ('1', 'None')),
    ([dict(x=1, y=1, cls=1.5)], ('1', '1.5')),
    ([dict(x=1, y=1, cls=1), dict(x=1, y=99, cls=1)], ('2', '99', '40')),
    ([dict(x=float('nan'), y=9, cls=1)], ('nan', )),
    ([dict(x=None, y=9, cls=1)], ('None', )),
])
def test_points_that_do_not_fit(entries, named):
    with pytest.raises(InputError, match=message_names('p.json: 2007_1', *named)):
        points_of(entries, BOTH, SIZE, 'p.json: 2007_1')


@pytest.mark.parametrize('content', ['[1]', '{"a": 1}', '{"a": [{"x": 1}]}', '{"a": [', '{"a": [], "a": []}'])
def test_files_that_are_no_points(tmp_path, content):
    path = tmp_path / 'p.json'
    path.write_text(content)
    with pytest.raises(InputError, match=message_names(path)):
        read_points([path])
    with pytest.raises(InputError, match=message_names(tmp_path / 'no.json')):
        read_points([tmp_path / 'no.json'])
