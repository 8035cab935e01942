"""Published formats of scribbles, points and boxes, and files that do not fit."""
import json
from pathlib import PurePosixPath

import numpy as np
import pytest
from message_names import message_names
from PIL import Image

from mmwsss.datasets.label_ids import ClassIds
from mmwsss.datasets.stroke_files import (
    coco_boxes_of,
    points_of,
    read_coco_boxes,
    read_points,
    read_scribbles,
    read_stroke_png,
    read_voc_boxes,
)
from mmwsss.pseudo_labels.strokes import Box
from mmwsss.utils.errors import InputError

IDS = dict(background=0, cat=1, dog=255, cow=3)  # dog is not used
BOTH = ClassIds(IDS, {0: 0, 1: 1, 2: 255, 3: 3})
SIZE = (40, 50)
HEAD = '<annotation><size><width>50</width><height>40</height></size>'


def scribble(tag, *points):
    dots = ''.join(f'<point><X>{x}</X><Y>{y}</Y></point>' for x, y in points)
    return f'<polygon><tag>{tag}</tag>{dots}</polygon>'


def box(name, *corners):
    return f'<object><name>{name}</name><bndbox>' + ''.join(
        f'<{key}>{value}</{key}>' for key, value in zip(('xmin', 'ymin', 'xmax', 'ymax'), corners, strict=True)
    ) + '</bndbox><part><name>head</name><bndbox><xmin>1</xmin></bndbox></part></object>'


@pytest.fixture
def write(tmp_path):
    def write(*parts, name='a.xml', head=HEAD):
        path = tmp_path / name
        path.write_text(head + ''.join(parts) + '</annotation>')
        return path
    return write


def test_scribbles(write):
    path = write(scribble('cow', (3, 4), (10, 20)), scribble(' background ', (50, -1)), scribble('dog', (1, 1)))
    first, second, third = read_scribbles(path, IDS, SIZE)
    assert (first.label, second.label, third.label) == (3, 0, 255)
    assert first.points.tolist() == [[3, 4], [10, 20]]
    assert second.points.tolist() == [[49, 0]]  # slipped over the border
    first, = read_scribbles(write(scribble('cat', (1, 1), (52, 3), (-90, 70))), IDS, SIZE)
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
def test_scribbles_that_do_not_fit(write, parts, named):
    path = write(*parts)
    with pytest.raises(InputError, match=message_names(path, *named)):
        read_scribbles(path, IDS, SIZE)


@pytest.mark.parametrize('read', [read_scribbles, read_voc_boxes])
def test_an_xml_of_another_image_or_none_at_all(write, tmp_path, read):
    path = write(scribble('cat', (1, 1)), box('cat', 1, 1, 2, 2))
    with pytest.raises(InputError, match=message_names(path, '40 x 50', '41 x 50')):
        read(path, IDS, (41, 50))
    (tmp_path / 'cut.xml').write_text('<annotation><size>')
    (tmp_path / 'other.xml').write_text('<robot/>')
    for name in ('cut.xml', 'other.xml', 'missing.xml'):
        with pytest.raises(InputError, match=message_names(tmp_path / name)):
            read(tmp_path / name, IDS, SIZE)
    named = '<annotation><filename>{}</filename>'
    for name in ('b.jpg', 'b', 'x/a.b.png'):
        other = write(scribble('cat', (1, 1)), box('cat', 1, 1, 2, 2), head=named.format(name))
        with pytest.raises(InputError, match=message_names(other, 'filename', PurePosixPath(name).name)):
            read(other, IDS, SIZE)
    for name in ('a.jpg', 'a', 'a.PNG', 'x/a.jpg', r'C:\x\a.jpg', ' '):
        assert read(write(scribble('cat', (1, 1)), box('cat', 1, 1, 2, 2), head=named.format(name)), IDS, SIZE)
    no_size = write(scribble('cat', (1, 1)), box('cat', 1, 1, 2, 2), head='<annotation>')
    assert len(read(no_size, IDS, SIZE)) == 1


def test_boxes_of_voc(write):
    path = write(box('cow', 1, 1, 50, 40), box('cat', 4, 3, 4, 3), box('dog', '10.6', '5.2', '20.4', '9.9'),
                 box('cat', -5, 30, 10, 99))
    assert read_voc_boxes(path, IDS, SIZE) == [
        Box(3, 0, 0, 49, 39), Box(1, 3, 2, 3, 2), Box(255, 9, 4, 20, 9), Box(1, 0, 29, 9, 39)]
    assert read_voc_boxes(write(), IDS, SIZE) == []  # an image of background


@pytest.mark.parametrize(('parts', 'named'), [
    ((box('cat', 1, 1, 2, 2), box('cat', 8, 1, 7, 9)), ('2', 'area')),
    ((box('cat', 51, 1, 60, 9), ), ('1', 'outside')),
    ((box('cat', 1, -9, 5, -3), ), ('1', 'outside')),
    ((box('bear', 1, 1, 2, 2), ), ('bear', )),
    ((box('cat', 1, 'y', 2, 2), ), ('ymin', )),
    (('<object><name>cat</name></object>', ), ('bndbox', )),
    ((scribble('cat', (1, 1)), ), ('bndbox', )),
])
def test_boxes_that_do_not_fit(write, parts, named):
    path = write(*parts)
    with pytest.raises(InputError, match=message_names(path, *named)):
        read_voc_boxes(path, IDS, SIZE)


def test_background_without_a_size(write):
    path = write(head='<annotation>')
    with pytest.raises(InputError, match=message_names(path, 'object', 'size')):
        read_voc_boxes(path, IDS, SIZE)


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


@pytest.mark.parametrize('content', ['[1]', '{"a": 1}', '{"a": [{"x": 1}]}', '{"a": [', '{"images": [{}]}'])
def test_files_that_are_no_points_and_no_boxes(tmp_path, content):
    path = tmp_path / 'p.json'
    path.write_text(content)
    with pytest.raises(InputError, match=message_names(path)):
        read_points([path])
    with pytest.raises(InputError, match=message_names(path)):
        read_coco_boxes(path)
    with pytest.raises(InputError, match=message_names(tmp_path / 'no.json')):
        read_points([tmp_path / 'no.json'])


def coco(**changes):
    return {**dict(images=[dict(id=4, file_name='f/a.jpg', height=40, width=50), dict(id=5, file_name='b.png', height=1,
                                                                                  width=2)],
                   categories=[dict(id=90, name='cow'), dict(id=7, name='cat')],
                   annotations=[dict(image_id=4, category_id=90, bbox=[1.5, 2, 3, 4.25]),
                                dict(image_id=4, category_id=7, bbox=[0, 0, 10, 10], iscrowd=1)]), **changes}


def test_boxes_of_coco(tmp_path):
    path = tmp_path / 'instances.json'
    path.write_text(json.dumps(coco()))
    found = read_coco_boxes(path)
    assert coco_boxes_of(found['f/a'], IDS, SIZE, 'a') == [Box(3, 1, 2, 4, 6), Box(255, 0, 0, 9, 9)]
    assert coco_boxes_of(found['b'], IDS, (1, 2), 'b') == []
    with pytest.raises(InputError, match=message_names('b', '1 x 2', '40 x 50')):
        coco_boxes_of(found['b'], IDS, SIZE, 'b')


@pytest.mark.parametrize(('annotation', 'named'), [
    (dict(image_id=9, category_id=90, bbox=[0, 0, 1, 1]), ('annotation 1', 'image_id=9')),
    (dict(image_id=4, category_id=3, bbox=[0, 0, 1, 1]), ('annotation 1', 'category_id=3')),
    (dict(image_id=4, bbox=[0]), ('category_id', ))])
def test_a_coco_file_with_dangling_entries(tmp_path, annotation, named):
    path = tmp_path / 'instances.json'
    path.write_text(json.dumps(coco(annotations=[annotation])))
    with pytest.raises(InputError, match=message_names(path, *named)):
        read_coco_boxes(path)


@pytest.mark.parametrize(('images', 'named'), [
    ([dict(id=4, file_name='a.jpg', height=float('inf'), width=5)], ('infinity', )),
    ([dict(id=one, file_name='f/a.jpg', height=4, width=5) for one in (4, 5)], ('f/a', ))])
def test_a_coco_file_with_images_without_size_or_twice(tmp_path, images, named):
    path = tmp_path / 'instances.json'
    path.write_text(json.dumps(coco(images=images)))
    with pytest.raises(InputError, match=message_names(path, *named)):
        read_coco_boxes(path)


@pytest.mark.parametrize(('corners', 'named'), [([0, 0, 0, 5], ('area', )), ([60, 0, 5, 5], ('outside', )),
                                                ([0, 0, 5], ('bbox', )), ([0, 0, 'a', 5], ('bbox', ))])
def test_coco_boxes_that_do_not_fit(corners, named):
    with pytest.raises(InputError, match=message_names('f.json: a: box 1', *named)):
        coco_boxes_of((SIZE, [('cat', corners, False)]), IDS, SIZE, 'f.json: a')


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
