"""Image-level labels in all file formats."""
import json

import numpy as np
import pytest
import torch
from message_names import message_names

from mmwsss.datasets.image_labels import is_id_header, read_image_labels
from mmwsss.utils.errors import InputError

KNOWN = ['bird', 'cat', 'dog', 'traffic light']
CLASSES = ['dog', 'cat']  # another order than KNOWN, and fewer
XML = ('<annotation><folder>VOC2012</folder>{}</annotation>')
OBJECT = '<object><name>{}</name><difficult>{}</difficult>{}</object>'


def write_json(path, content):
    path.write_text(json.dumps(content))
    return path


def rows(labels):
    return {name: label.tolist() for name, label in labels.items()}


def test_json_gives_float32_in_the_order_of_ids_and_classes(tmp_path):
    path = write_json(tmp_path / 'labels.json', {'a': ['cat'], 'b': ['dog', 'cat', 'dog'], 'unasked': ['dog']})
    labels = read_image_labels(path, ['b', 'a'], CLASSES)
    assert list(labels) == ['b', 'a']
    assert all(label.dtype == np.float32 and label.shape == (2, ) for label in labels.values())
    assert rows(labels) == dict(b=[1, 1], a=[0, 1])


def test_without_ids_all_of_a_file_is_read(tmp_path):
    path = write_json(tmp_path / 'labels.json', {'a': ['cat'], 'b': ['dog']})
    assert rows(read_image_labels(path, None, CLASSES)) == dict(a=[0, 1], b=[1, 0])


@pytest.mark.parametrize('img_id', ['2007_000032', 'a/b/c', 'v1.5.final', 'Füße 猫', '-1', 'x.tar'])
@pytest.mark.parametrize('form', ['json', 'npy', 'csv'])
def test_any_id(tmp_path, img_id, form):
    path = tmp_path / f'labels.{form}'
    if form == 'json':
        write_json(path, {img_id: ['cat']})
    elif form == 'npy':
        np.save(path, {img_id: np.float32([0, 1])})
    else:
        path.write_text(f'{img_id},cat\n', encoding='utf-8')
    assert rows(read_image_labels(path, [img_id], CLASSES)) == {img_id: [0, 1]}


def test_known_but_unwanted_classes_are_dropped(tmp_path):
    path = write_json(tmp_path / 'labels.json', {'a': ['cat', 'bird'], 'b': ['bird']})
    assert rows(read_image_labels(path, ['a'], CLASSES, KNOWN)) == dict(a=[0, 1])
    with pytest.raises(InputError, match=message_names(1, 2, 'dog, cat', 'b', 'allow_empty=True')):
        read_image_labels(path, ['a', 'b'], CLASSES, KNOWN)
    assert rows(read_image_labels(path, ['a', 'b'], CLASSES, KNOWN, allow_empty=True)) == dict(a=[0, 1], b=[0, 0])


def test_an_empty_label_list_is_an_error_unless_allowed(tmp_path):
    path = write_json(tmp_path / 'labels.json', {'a': []})
    with pytest.raises(InputError, match=message_names('labels.json', 'a', 'allow_empty=True')):
        read_image_labels(path, ['a'], CLASSES)
    assert rows(read_image_labels(path, ['a'], CLASSES, allow_empty=True)) == dict(a=[0, 0])


def test_images_without_entry_are_counted_and_the_first_named(tmp_path):
    path = write_json(tmp_path / 'labels.json', {'a': ['cat']})
    with pytest.raises(InputError, match=message_names('labels.json', 4, 5, 'p, q, r, ...')):
        read_image_labels(path, ['a', 'p', 'q', 'r', 's'], CLASSES, allow_empty=True)


def test_a_label_that_is_no_class_is_named_with_image_and_classes(tmp_path):
    path = write_json(tmp_path / 'labels.json', {'a': ['Cat']})
    with pytest.raises(InputError, match=message_names('labels.json', 'a', "'Cat'", 'bird, cat, dog, traffic light')):
        read_image_labels(path, ['a'], CLASSES, KNOWN)


@pytest.mark.parametrize('content', ['cat', [['cat']], [1], {'cat': 1}, None])
def test_labels_that_are_no_list_of_names(tmp_path, content):
    path = write_json(tmp_path / 'labels.json', {'a': content})
    with pytest.raises(InputError, match=message_names('labels.json', 'a', str(content))):
        read_image_labels(path, ['a'], CLASSES)


@pytest.mark.parametrize('name, content, named', [
    ('x.json', b'{"a": [', 'JSON'), ('x.json', b'', 'JSON'), ('x.json', b'\xff\xfe\x00', 'JSON'),
    ('x.json', b'["a"]', 'list'), ('x.json', b'{}', 'labels'), ('x.csv', b'', 'labels'), ('x.csv', b'a,\xff', 'CSV'),
    ('x.csv', b'id,label\n', 'labels'), ('x.npy', b'', 'pickled'), ('x.txt', b'a cat', 'label_file')])
def test_files_that_hold_no_labels(tmp_path, name, content, named):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message_names(name, named)):
        read_image_labels(tmp_path / name, ['a'], CLASSES)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=message_names('nowhere.json', 'label_file')):
        read_image_labels(tmp_path / 'nowhere.json', ['a'], CLASSES)


def test_vectors_are_over_the_known_or_the_wanted_classes(tmp_path):
    np.save(tmp_path / 'known.npy', {'a': np.float32([0, 1, 0, 1]), 'b': torch.tensor([1., 0, 1, 0])})
    np.save(tmp_path / 'wanted.npy', {'a': np.array([0, 1]), 'b': np.array([True, False])})
    assert rows(read_image_labels(tmp_path / 'known.npy', ['a', 'b'], CLASSES, KNOWN)) == dict(a=[0, 1], b=[1, 0])
    assert rows(read_image_labels(tmp_path / 'wanted.npy', ['a', 'b'], CLASSES, KNOWN)) == dict(a=[0, 1], b=[1, 0])


def test_of_two_equal_lengths_the_order_of_the_data_set_counts(tmp_path):
    np.save(tmp_path / 'x.npy', {'a': np.float32([1, 0])})
    assert rows(read_image_labels(tmp_path / 'x.npy', ['a'], ['dog', 'cat'], ['cat', 'dog'])) == dict(a=[0, 1])


@pytest.mark.parametrize('vector, named', [
    (np.zeros(3), [(3, ), 2]), (np.zeros((2, 1)), [(2, 1), 2]), (np.array(1.), [(), 2]), (np.float32([1, 0.5]), [0, 1]),
    (np.float32([1, np.nan]), [0, 1]), (np.array(['cat', 'dog']), [0, 1])])
def test_vectors_that_do_not_fit(tmp_path, vector, named):
    np.save(tmp_path / 'x.npy', {'a': vector})
    with pytest.raises(InputError, match=message_names('x.npy', 'a', *named)):
        read_image_labels(tmp_path / 'x.npy', ['a'], CLASSES)


def test_integer_ids_match_by_the_digits(tmp_path):
    np.save(tmp_path / 'cls_labels.npy', {2007000032: np.float32([1, 0]), np.int64(2008000001): np.float32([0, 1])})
    labels = read_image_labels(tmp_path / 'cls_labels.npy', ['2008_000001', '2007_000032'], CLASSES)
    assert rows(labels) == {'2008_000001': [0, 1], '2007_000032': [1, 0]}
    with pytest.raises(InputError, match=message_names('cls_labels.npy', 1, '2007_000033')):
        read_image_labels(tmp_path / 'cls_labels.npy', ['2007_000033'], CLASSES)


def test_integer_ids_that_fit_two_images_are_refused(tmp_path):
    np.save(tmp_path / 'x.npy', {1: np.float32([1, 0])})
    with pytest.raises(InputError, match=message_names('x.npy', 1, 'cat_1', 'dog_1')):
        read_image_labels(tmp_path / 'x.npy', ['cat_1', 'dog_1'], CLASSES)


def test_a_dictionary_may_hold_names(tmp_path):
    np.save(tmp_path / 'x.npy', {'a': ['cat']})
    assert rows(read_image_labels(tmp_path / 'x.npy', ['a'], CLASSES)) == dict(a=[0, 1])


@pytest.mark.parametrize('text', [
    'a,cat,dog\nb,dog\n', 'id,labels\na,cat;dog\nb,dog\n', 'a,cat dog\nb,dog,\n', '\ufeffa, cat , dog\n\nb,dog',
    'a.jpg,cat,dog\nb.PNG,dog', 'a,cat\nb,dog\na,dog\n', 'filename,x\na.jpeg,"cat; dog"\nb.jpg,dog\n',
    'a,cat,dog\r\nb,dog\r\n', 'a;cat;dog\nb;dog\n', 'id;labels\na.jpg;cat,dog\nb.jpg;dog\n', 'a\tcat\tdog\nb\tdog\n',
    './a,cat\na.jpg,dog\nb,dog\n'])
def test_csv(tmp_path, text):
    (tmp_path / 'x.csv').write_bytes(text.encode())
    assert rows(read_image_labels(tmp_path / 'x.csv', ['a', 'b'], CLASSES)) == dict(a=[1, 1], b=[1, 0])


@pytest.mark.parametrize('keys', [['a', 'a'], ['a', 'a.jpg'], ['./a', 'a'], ['a.jpg', 'a.png'], ['x/../a', 'a']])
def test_two_entries_for_one_image(tmp_path, keys):
    (tmp_path / 'x.json').write_text(f'{{"{keys[0]}": ["cat"], "b": ["dog"], "{keys[1]}": ["dog"]}}')
    with pytest.raises(InputError, match=message_names('x.json', *keys)):
        read_image_labels(tmp_path / 'x.json', ['b', 'a'], CLASSES)
    if keys[0] != keys[1]:  # nobody asks for it
        assert rows(read_image_labels(tmp_path / 'x.json', ['b'], CLASSES)) == dict(b=[1, 0])


def test_ids_in_any_form(tmp_path):
    (tmp_path / 'x.json').write_text('{"./day/a.JPG": ["cat"], "day\\\\b": ["dog"]}')
    found = read_image_labels(tmp_path / 'x.json', ['day/a', 'day/b'], CLASSES)
    assert rows(found) == {'day/a': [0, 1], 'day/b': [1, 0]}


def test_csv_names_with_blanks_and_ids_that_look_like_a_header(tmp_path):
    (tmp_path / 'x.csv').write_text('name,traffic light;cat\n')
    assert rows(read_image_labels(tmp_path / 'x.csv', ['name'], KNOWN)) == dict(name=[0, 1, 0, 1])


def test_annotations_are_objects_without_their_parts(tmp_path):
    part = '<part><name>bird</name></part>'
    (tmp_path / 'a.xml').write_text(XML.format(OBJECT.format('cat', 0, part) + OBJECT.format('dog', 1, '')))
    (tmp_path / 'sub').mkdir()
    (tmp_path / 'sub' / 'b.xml').write_text(XML.format(OBJECT.format('cat', 0, '') * 2))
    (tmp_path / 'broken.xml').write_text('<annotation>')  # not asked for, not read
    assert rows(read_image_labels(tmp_path, ['sub/b', 'a'], KNOWN)) == {'sub/b': [0, 1, 0, 0], 'a': [0, 1, 1, 0]}
    with pytest.raises(InputError, match='broken.xml'):
        read_image_labels(tmp_path, None, KNOWN)
    with pytest.raises(InputError, match=message_names(1, 2, 'c')):
        read_image_labels(tmp_path, ['a', 'c'], KNOWN)


@pytest.mark.parametrize('text', ['<annotation>', '<?xml version="1.0" encoding="none-such"?><annotation/>'])
def test_annotations_that_are_damaged(tmp_path, text):
    (tmp_path / 'a.xml').write_text(text)
    with pytest.raises(InputError, match=r'a\.xml'):
        read_image_labels(tmp_path, ['a'], ['cat'])


@pytest.mark.parametrize('cell, wanted', [
    *((name, True) for name in ('image', 'IDs', 'File Name', 'file_path', 'filepath', 'img-id', 'image_file_path')),
    *((name, False) for name in ('', 's', '-', 'cat', 'img1', 'image.jpg', 'label', 'idol'))])
def test_headers_of_images(cell, wanted):
    assert is_id_header(cell) == wanted


def test_a_folder_without_annotations(tmp_path):
    with pytest.raises(InputError, match=message_names(tmp_path, '.xml', 'label_file')):
        read_image_labels(tmp_path, None, KNOWN)


def test_an_annotation_without_objects_is_a_image_without_labels(tmp_path):
    (tmp_path / 'a.xml').write_text(XML.format(''))
    with pytest.raises(InputError, match='allow_empty'):
        read_image_labels(tmp_path, ['a'], KNOWN)
    assert rows(read_image_labels(tmp_path, ['a'], KNOWN, allow_empty=True)) == dict(a=[0, 0, 0, 0])
