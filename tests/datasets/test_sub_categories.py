"""Files of sub-categories: written, read, checked against a data set."""
import json
import re

import numpy as np
import pytest
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from tiny_voc import write_tiny_voc

from mmwsss.datasets.sub_categories import read_sub_categories, write_sub_categories
from mmwsss.utils.errors import InputError

CLASSES = ['cat', 'cow']
LABELS = {'b': np.float32([1, 1]), 'a': np.float32([0, 1])}
SUBS = np.array([[0, 0, 1, 1, 0, 0], [0, 0, 0, 0, 1, 0]])  # k = 3


@pytest.fixture
def path(tmp_path):
    """A good file."""
    path = tmp_path / 'folder' / 'subs.json'
    write_sub_categories(path, ['b', 'a'], SUBS, CLASSES, dict(seed=0))
    return path


def test_what_is_written_is_read(path):
    content = json.loads(path.read_text())
    assert content == dict(sub_categories=3, classes=CLASSES, made_from=dict(seed=0), images=dict(b=[2, 3], a=[4]))
    found = read_sub_categories(path, LABELS, CLASSES)
    assert list(found) == ['b', 'a'] and found['a'].dtype == np.float32
    np.testing.assert_array_equal(np.stack(list(found.values())), SUBS)
    assert list(read_sub_categories(path, dict(a=LABELS['a']), CLASSES)) == ['a']  # a part of the images


@pytest.mark.parametrize(('change', 'labels', 'classes', 'named'), [
    (None, LABELS, CLASSES, ['does not exist', 'make_subcategories']),
    ('not JSON', LABELS, CLASSES, ['damaged']),
    (dict(sub_categories='3'), LABELS, CLASSES, ['sub_categories']), (dict(images=[1]), LABELS, CLASSES, ['images']),
    (dict(classes=['cat', 'dog']), LABELS, CLASSES, ['dog', 'cow']), (dict(), LABELS, ['cow', 'cat'], ['cat, cow']),
    (dict(images=dict(b=[2, 3])), LABELS, CLASSES, ['1 of 2', 'a']),
    (dict(images=dict(b=[2], a=[4])), LABELS, CLASSES, ['1 of 2', 'b [2]']),
    (dict(images=dict(b=[2, 3], a=[0, 4])), LABELS, CLASSES, ['a [0, 4]']),
    (dict(images=dict(b=[2, 3], a=[6])), LABELS, CLASSES, ['a [6]']),
    (dict(images=dict(b=[2, 3], a=[-2])), LABELS, CLASSES, ['a [-2]']),
    (dict(images=dict(b=[2, 3], a='4')), LABELS, CLASSES, ['a 4'])])
def test_bad_files(path, change, labels, classes, named):
    if change is None:
        path.unlink()
    elif isinstance(change, str):
        path.write_text(change)
    else:
        path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(InputError, match=message_names(*named)) as error:
        read_sub_categories(path, labels, classes)
    assert re.search(message_names(str(path)), str(error.value))


def build(root, path, **settings):
    return DATASETS.build(dict(
        type='VOCImageLabelDataset', data_root=str(root), ann_file='ImageSets/Segmentation/train.txt',
        sub_category_file=str(path), pipeline=[
            dict(type='LoadImage'), dict(type='PackImageLabelInputs', keys=['gt_sub_category'])], **settings))


def test_a_data_set_packs_them(tmp_path):
    init_default_scope('mmseg')
    root, path = write_tiny_voc(tmp_path / 'data', images=3), tmp_path / 'subs.json'
    with pytest.raises(InputError, match=message_names(str(path))):
        build(root, path)  # before anything is loaded
    plain = build(root, path, lazy_init=True)
    plain.sub_category_file = None
    plain.full_init()
    labels = np.stack([plain.get_data_info(index)['gt_score'] for index in range(3)])
    subs = np.zeros((3, 40))
    subs[:, 1::2] = labels
    write_sub_categories(path, [plain.get_data_info(index)['img_id'] for index in range(3)], subs,
                         plain.image_classes)
    sample = build(root, path)[1]['data_samples']
    assert sample.gt_sub_category.tolist() == subs[1].tolist() and sample.gt_score.tolist() == labels[1].tolist()
    with pytest.raises(InputError, match=message_names('sub_category_file', 'label_file')):
        build(root, path, label_file=None)
