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
    content = path.read_text()
    for old, new, named in (('"category_id": 7', '"category_id": 8', 8), ('"cat"', '17', 17), ('"b.jpg"', '19', 19)):
        path.write_text(content.replace(old, new))
        with pytest.raises(InputError, match=message_names('instances.json', named)):
            read_label_form(path)


@pytest.mark.parametrize('text', [
    'a.jpg,cat\nb.jpg,cat;dog\nc.jpg,\n', '\ufeffimage,labels\na.jpg,cat\nb.jpg,cat,dog\nc.jpg,\n',
    'a.jpg,cat\nb.jpg,cat\nb.jpg,dog\nc.jpg,', 'a.jpg;cat\nb.jpg;cat;dog\nc.jpg;\n',
    'a.jpg\tcat\nb.jpg\tcat\tdog\nc.jpg\t',
    'File Name,cat,dog\na.jpg,1,0\nb.jpg,1,1\nc.jpg,0,0\n',
    'img,cat,dog\na.jpg,TRUE,false\nb.jpg,True,1\nc.jpg,,no\n',
    'whatever,cat,dog\na.jpg,1,-1\nb.jpg,1,1\nc.jpg,-1,-1\n', 'file_path,label\na.jpg,cat\nb.jpg,cat;dog\nc.jpg,\n',
    'labels,filepath\ncat,a.jpg\ncat;dog,b.jpg\n"",c.jpg\n',
    'index,image,cat,dog\n0,a.jpg,1,0\n1,b.jpg,1,1\n2,c.jpg,0,0\n',
    'a.jpg, "cat"\nb.jpg, "cat ; dog"\nc.jpg, ""\n',
    'filename,width,class,xmin\na.jpg,9,cat,1\nb.jpg,9,cat,1\nb.jpg,9,dog,4\nc.jpg,9,,\n',
    'id,image,label,split\n1,a.jpg,cat,train\n2,b.jpg,cat;dog,val\n3,c.jpg,,train\n',
    'image,category,tags\na.jpg,cat,\nb.jpg,cat,dog\nc.jpg,,\n'])
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


def test_commas_in_quotes_part_no_cells(tmp_path):
    path = tmp_path / 'labels.csv'
    path.write_text('"a, 1.jpg";cat\n"b, 2.jpg";dog\n')
    assert read_label_form(path) == {'a, 1.jpg': ['cat'], 'b, 2.jpg': ['dog']}


def test_a_single_class_in_a_column(tmp_path):
    path = tmp_path / 'labels.csv'
    path.write_text('image_id,cat\na,1\nb,0\n')
    assert read_label_form(path) == {'a': ['cat'], 'b': []}


@pytest.mark.parametrize('text, named', [
    ('a.jpg,1,0\nb.jpg,0,1\n', ('a.jpg: 1 0', 'image,cat,dog')),
    ('image,label\na.jpg,1\nb.jpg,0\n', ('a.jpg: 1', 'b.jpg: 0', 'label')),
    ('image,cat,dog\na.jpg,1,0\nb.jpg,2,0\n', (2, 'b.jpg', 'cat')),
    ('image,cat,dog\na.jpg,1,0\nb.jpg,1,-1\n', (-1, 'b.jpg', 'dog')),
    ('image,cat\na.jpg,0.3\nb.jpg,1\n', (0.3, 'a.jpg', 'cat', 'label')),
    ('image,split,cat,dog\na.jpg,train,1,0\nb.jpg,val,0,1\n', (1, 'a.jpg', 'cat', 'label')),
    ('image,what,width\na.jpg,cat,640\nb.jpg,dog,480\n', (640, 'a.jpg', 'width', 'label')),
    ('a.jpg,640,cat\nb.jpg,480,dog\n', (640, 'a.jpg', 2, 'label')),
    ('image,cat,dog\na.jpg,1,0\nb, 2.jpg,0,1\n', (4, 'b, 2.jpg, 0, 1', 3)),
    ('image,cat,dog\na.jpg,1,0,1\nb.jpg,0,1\n', (4, 'a.jpg, 1, 0, 1', 3)),
    ('image,label,split\na.jpg,cat,dog,train\n', (4, 'a.jpg, cat, dog, train', 3))])
def test_numbers_that_are_no_names(tmp_path, text, named):
    path = tmp_path / 'labels.csv'
    path.write_text(text)
    with pytest.raises(InputError, match=message_names('labels.csv', *named)):
        read_label_form(path)


def test_numbers_that_are_names(tmp_path):
    path = tmp_path / 'labels.csv'
    path.write_text('image,label\na.jpg,3\nb.jpg,0\n')
    assert read_label_form(path) == {'a.jpg': ['3'], 'b.jpg': ['0']}


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
    for text in ('<annotation>', '<?xml version="1.0" encoding="none-such"?><annotation/>'):
        (tmp_path / 'a.xml').write_text(text)
        with pytest.raises(InputError, match=r'a\.xml'):
            read_label_form(tmp_path)


def test_a_folder_for_each_class(tmp_path):
    for name in ('cat/1.jpg', 'dog/deep/2.PNG', 'top.jpg'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        Image.new('RGB', (4, 4)).save(tmp_path / name)
    assert read_label_form(tmp_path) == {'cat/1.jpg': ['cat'], 'dog/deep/2.PNG': ['dog']}


def test_folders_that_are_no_classes(tmp_path):
    for name in ('train/cat/1.jpg', 'val/cat/2.webp', 'val/None/3.tif', 'train/dog/deep/4.bmp'):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    wanted = {'train/cat/1.jpg': ['cat'], 'val/cat/2.webp': ['cat'], 'val/None/3.tif': [],
              'train/dog/deep/4.bmp': ['dog']}
    assert read_label_form(tmp_path) == wanted
    assert read_label_form(tmp_path / 'val') == {'cat/2.webp': ['cat'], 'None/3.tif': []}


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
