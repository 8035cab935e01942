"""Every form of labels that a new data set may come in."""
import json

import numpy as np
import pytest
from message_names import message_names
from PIL import Image

from mmwsss.datasets.label_forms import read_label_form
from mmwsss.utils.errors import InputError

WANTED = {'a.jpg': ['cat'], 'b.jpg': ['cat', 'dog'], 'c.jpg': []}


def test_json(tmp_path):
    path = tmp_path / 'labels.json'
    path.write_text(json.dumps({'a': 'cat', 'b': ['cat', ' dog', 'cat'], 'c': []}))
    assert read_label_form(path) == {'a': ['cat'], 'b': ['cat', 'dog'], 'c': []}


def test_coco(tmp_path):
    path = tmp_path / 'instances.json'
    path.write_text(json.dumps(dict(
        images=[dict(id=index, file_name=f'{name}.jpg') for index, name in enumerate('abc')],
        categories=[dict(id=3, name='cat'), dict(id=7, name='dog')],
        annotations=[dict(image_id=0, category_id=3), dict(image_id=1, category_id=3), dict(image_id=0, category_id=3),
                     dict(image_id=1, category_id=7)])))
    assert read_label_form(path) == WANTED
    path.write_text(path.read_text().replace('"category_id": 7', '"category_id": 8'))
    with pytest.raises(InputError, match=message_names('instances.json', 8)):
        read_label_form(path)


@pytest.mark.parametrize('text', [
    'a.jpg,cat\nb.jpg,cat;dog\nc.jpg,\n', '\ufeffimage,labels\na.jpg,cat\nb.jpg,cat,dog\nc.jpg,\n',
    'a.jpg,cat\nb.jpg,cat\nb.jpg,dog\nc.jpg,', 'a.jpg;cat\nb.jpg;cat;dog\nc.jpg;\n',
    'a.jpg\tcat\nb.jpg\tcat\tdog\nc.jpg\t',
    'File Name,cat,dog\na.jpg,1,0\nb.jpg,1,1\nc.jpg,0,0\n'])
def test_csv(tmp_path, text):
    path = tmp_path / 'labels.csv'
    path.write_text(text, encoding='utf-8')
    assert read_label_form(path) == WANTED


@pytest.mark.parametrize('text, wanted', [
    ('a,cat dog\nb,dog\nc,cat', {'a': ['cat', 'dog'], 'b': ['dog'], 'c': ['cat']}),
    ('a,traffic light\nb,dog', {'a': ['traffic light'], 'b': ['dog']}),
    ('a,golden retriever\nb,labrador retriever', {'a': ['golden retriever'], 'b': ['labrador retriever']})])
def test_blanks_in_csv(tmp_path, text, wanted):
    path = tmp_path / 'labels.csv'
    path.write_text(text)
    assert read_label_form(path) == wanted


def test_npy(tmp_path):
    path = tmp_path / 'labels.npy'
    np.save(path, {2007: np.array([1.0, 0]), 'b': np.array([1, 1])})
    assert read_label_form(path, ['cat', 'dog']) == {2007: ['cat'], 'b': ['cat', 'dog']}
    for classes in ([], ['cat']):
        with pytest.raises(InputError, match=message_names('labels.npy', '--classes', 2, len(classes))):
            read_label_form(path, classes)
    np.save(path, {'a': ['cat']})
    assert read_label_form(path) == {'a': ['cat']}


def test_xml(tmp_path):
    for name, objects in dict(a=['cat'], b=['cat', 'dog']).items():
        parts = ''.join(f'<object><name>{one}</name><part><name>head</name></part></object>' for one in objects)
        (tmp_path / f'{name}.xml').write_text(f'<annotation>{parts}</annotation>')
    assert read_label_form(tmp_path) == {'a': ['cat'], 'b': ['cat', 'dog']}
    (tmp_path / 'a.xml').write_text('<annotation>')
    with pytest.raises(InputError, match=r'a\.xml'):
        read_label_form(tmp_path)


def test_a_folder_for_each_class(tmp_path):
    for name in ('cat/1.jpg', 'dog/deep/2.PNG', 'top.jpg'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new('RGB', (4, 4)).save(tmp_path / name)
    assert read_label_form(tmp_path) == {'cat/1.jpg': ['cat'], 'dog/deep/2.PNG': ['dog']}


@pytest.mark.parametrize('name, text', [
    ('labels.txt', 'a cat'), ('labels.json', '[1]'), ('labels.json', '{"a": 3}'), ('labels.json', '{}'),
    ('labels.csv', 'a\nb\n'), ('labels.csv', ''), ('nothere.csv', None), ('folder', None)])
def test_unknown_forms_name_the_known_ones(tmp_path, name, text):
    path = tmp_path / name
    if text is None and name == 'folder':
        path.mkdir()
    elif text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=message_names(name, '.json', 'COCO', '.csv', '.npy', '.xml', 'cat;dog',
                                                       'file_name', 'images/cat/img1.jpg')):
        read_label_form(path)


@pytest.mark.parametrize('content, named', [('{"a": ["cat"], "a": ["dog"]}', 'a'), ('{"a"', 'JSON')])
def test_damaged_json(tmp_path, content, named):
    (tmp_path / 'labels.json').write_text(content)
    with pytest.raises(InputError, match=message_names('labels.json', named)):
        read_label_form(tmp_path / 'labels.json')
