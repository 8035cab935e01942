"""Classes in stroke files: the ids of the data set's masks, its names, and published other names."""
import json
import shutil

import numpy as np
import pytest
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from PIL import Image
from tiny_voc import write_tiny_voc

from mmwsss.engine.annotations import Annotations
from mmwsss.engine.stroke_labels import ids_of, jobs_of, make_stroke_labels, require_kind
from mmwsss.registry import ANNOTATIONS
from mmwsss.utils.errors import InputError

NAME = '2007_000000'
OWN = dict(type='ImageLabelDataset', ann_file='ImageSets/Segmentation/train.txt', label_file=None,
           data_prefix=dict(img_path='JPEGImages'))
FROM_1 = dict(OWN, metainfo=dict(classes=('background', 'bus', 'car')), reduce_zero_label=True)
VOC = dict(OWN, type='VOCImageLabelDataset')
SOME = dict(VOC, metainfo=dict(classes=('background', 'cat', 'bicycle')))


@pytest.fixture
def label(tmp_path):
    """Labels the only image with a stroke source."""
    init_default_scope('mmseg')
    write_tiny_voc(tmp_path / 'data', images=1)

    def label(config, kind, source, **options):
        dataset = DATASETS.build(dict(config, data_root=str(tmp_path / 'data')))
        annotations = ANNOTATIONS.get(kind)([source], ids_of(dataset), **options)
        jobs = jobs_of(dataset, tmp_path / 'out', annotations, str(source))
        summary = make_stroke_labels(jobs, workers=1)
        found = np.asarray(Image.open(tmp_path / 'out' / f'{NAME}.png'))
        background = int(dataset.reduce_zero_label)
        assert (summary.certain, summary.foreground) == ((found != 255).sum(), (found < 255)[found != background].sum())
        return found
    return label


@pytest.fixture
def draw(tmp_path):
    """Writes a folder with a PNG whose first row starts with the values."""
    def draw(values):
        labels = np.full((48, 64), 255, dtype=np.uint8)
        labels[0, :len(values)] = values
        (tmp_path / 'drawn').mkdir()
        Image.fromarray(labels).save(tmp_path / f'drawn/{NAME}.png')
        return tmp_path / 'drawn'
    return draw


@pytest.fixture
def points(tmp_path):
    """Writes a file with a point of each class, ten pixels apart."""
    def points(values):
        path = tmp_path / 'points.json'
        path.write_text(json.dumps({NAME: [dict(x=10 * index, y=0, cls=value) for index, value in enumerate(values)]}))
        return path
    return points


@pytest.fixture
def scribbles(tmp_path):
    """Writes a folder with scribbles of the classes, ten pixels apart."""
    def scribbles(names):
        (tmp_path / 'xml').mkdir()
        (tmp_path / f'xml/{NAME}.xml').write_text('<annotation>' + ''.join(
            f'<polygon><tag>{name}</tag><point><X>{10 * index}</X><Y>0</Y></point></polygon>'
            for index, name in enumerate(names)) + '</annotation>')
        return tmp_path / 'xml'
    return scribbles


@pytest.mark.parametrize(('config', 'values', 'wanted'), [
    (FROM_1, [1, 2, 3, 0], [1, 2, 3, 255]), (VOC, [0, 1, 20], [0, 1, 20]),
    (SOME, [0, 1, 2, 8, 20], [0, 255, 2, 8, 255])])
def test_numbers_are_ids_of_masks(label, draw, points, tmp_path, config, values, wanted):
    assert label(config, 'scribbles', draw(values))[0, :len(values)].tolist() == wanted
    (tmp_path / f'out/{NAME}.png').unlink()
    assert label(config, 'points', points(values))[0, :10 * len(values):10].tolist() == wanted


@pytest.mark.parametrize(('config', 'number'), [(FROM_1, 4), (VOC, 21), (SOME, 21)])
def test_numbers_beyond_the_data_set(label, draw, points, config, number):
    for kind, source in (('scribbles', draw([number])), ('points', points([number]))):
        with pytest.raises(InputError, match=message_names(NAME, number, number - 1)):
            label(config, kind, source)


def test_tags_of_scribblesup(label, scribbles):
    tags = 'background', 'plane', 'bike', 'table', 'plant', 'monitor'
    assert label(VOC, 'scribbles', scribbles(tags))[0, :60:10].tolist() == [0, 1, 2, 11, 16, 20]


def test_tags_are_of_voc_alone(label, scribbles):
    with pytest.raises(InputError, match=message_names(NAME, 'plane')):
        label(dict(OWN, metainfo=dict(classes=('background', 'aeroplane'))), 'scribbles', scribbles(['plane']))


@pytest.mark.parametrize('kind', ['xml', 'png', 'points'])
def test_nothing_labelled(label, draw, points, scribbles, kind):
    source = dict(xml=scribbles(['plane', 'dog']), png=draw([1, 12]), points=points([1, 12]))[kind]
    with pytest.raises(InputError, match=message_names(NAME, source, 'labelled', 'classes')):
        label(SOME, 'points' if kind == 'points' else 'scribbles', source)


def test_files_and_folders_in_place_of_each_other(label, points, tmp_path):
    with pytest.raises(InputError, match=message_names('points.json', 'folder')):
        label(VOC, 'scribbles', points([0]))
    with pytest.raises(InputError, match=message_names(tmp_path, 'directory', 'JSON')):
        label(VOC, 'points', tmp_path)


def test_background_of_boxes_has_its_id(label, tmp_path):
    (tmp_path / 'boxes').mkdir()
    (tmp_path / f'boxes/{NAME}.xml').write_text(
        '<annotation><object><name>bus</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox>'
        '</object></annotation>')
    found = label(FROM_1, 'boxes', tmp_path / 'boxes', method='fill')
    assert found[0, :7].tolist() == [2] * 5 + [1] * 2


def test_one_annotation_of_two_images(label, tmp_path, scribbles):
    for folder in ('day', 'night'):
        (tmp_path / f'data/JPEGImages/{folder}').mkdir()
        shutil.copy(tmp_path / f'data/JPEGImages/{NAME}.jpg', tmp_path / f'data/JPEGImages/{folder}')
    (tmp_path / 'data/ImageSets/Segmentation/train.txt').write_text(f'day/{NAME}\nnight/{NAME}\n')
    (tmp_path / 'points.json').write_text(json.dumps({NAME: [dict(x=1, y=1, cls=1)]}))
    for kind, source in (('points', tmp_path / 'points.json'), ('scribbles', scribbles(['cat']))):
        with pytest.raises(InputError, match=message_names(NAME, f'day/{NAME}', f'night/{NAME}')):
            label(VOC, kind, source)
    assert not (tmp_path / 'out').exists()


def test_a_kind_of_ones_own(label, tmp_path, monkeypatch):
    """One registered function is a kind: it is found by its name, and its settings are known."""
    def corners(sources, ids, value=1):
        def draw(given, image):
            labels = np.full(image.shape[:2], 255, dtype=np.uint8)
            labels[0, 0] = value
            return labels
        return Annotations(lambda name: sources[0] / name, draw)

    monkeypatch.setitem(ANNOTATIONS.module_dict, 'corners', corners)
    found = label(VOC, 'corners', tmp_path, value=7)
    assert found[0, 0] == 7 and (found < 255).sum() == 1
    require_kind('corners', ['value'])
    with pytest.raises(InputError, match=message_names('corners', 'width', 'value')):
        require_kind('corners', ['width'])
    with pytest.raises(InputError, match=message_names('corner', 'boxes', 'corners', 'points', 'scribbles')):
        require_kind('corner', [])
