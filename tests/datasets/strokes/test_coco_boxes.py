"""Boxes in COCO's JSON."""
import json

import pytest
from message_names import message_names
from stroke_xml import IDS, SIZE

from mmwsss.datasets.strokes import coco_boxes_of, read_coco_boxes
from mmwsss.pseudo_labels.strokes import Box
from mmwsss.utils.errors import InputError


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


def test_ids_are_those_of_the_data_set(tmp_path):
    names = {'a.TIF': 'a', './f//b.webp': 'f/b', 'f\\c.bmp': 'f/c', 'v1.5': 'v1.5'}
    path = tmp_path / 'instances.json'
    path.write_text(json.dumps(coco(images=[dict(id=index, file_name=name, height=4, width=5)
                                            for index, name in enumerate(names)], annotations=[])))
    assert list(read_coco_boxes(path)) == list(names.values())


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


@pytest.mark.parametrize('content', ['[1]', '{"a": 1}', '{"images": [', '{"images": [{}]}'])
def test_files_that_are_no_boxes(tmp_path, content):
    path = tmp_path / 'p.json'
    path.write_text(content)
    with pytest.raises(InputError, match=message_names(path)):
        read_coco_boxes(path)
