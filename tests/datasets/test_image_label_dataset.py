"""Data sets with image-level labels."""
import json
import os
import re
import shutil

import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from PIL import Image

import mmwsss.datasets  # noqa: F401
from mmwsss.utils.errors import InputError

LABELS = {'a': ['cat'], 'b': ['dog', 'cat'], 'c': ['person']}
CLASSES = ('background', 'cat', 'dog', 'person')
TRAIN = [
    dict(type='LoadImage'), dict(type='RandomResizeLongSide', min_size=16, max_size=32),
    dict(type='RandomFlip', prob=0.5), dict(type='RandomCropPad', crop_size=(24, 24)),
    dict(type='PackImageLabelInputs')
]
TEST = [dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackImageLabelInputs')]


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmseg')


@pytest.fixture
def root(tmp_path):
    """Three images with masks in VOC's layout."""
    for folder in ('JPEGImages', 'SegmentationClass', 'ImageSets/Segmentation'):
        (tmp_path / folder).mkdir(parents=True)
    for index, name in enumerate(LABELS):
        Image.new('RGB', (20, 16), (50 * index, 90, 30)).save(tmp_path / 'JPEGImages' / f'{name}.jpg')
        Image.new('L', (20, 16), index).save(tmp_path / 'SegmentationClass' / f'{name}.png')
    write_list(tmp_path, 'c', 'a', 'b')
    (tmp_path / 'image_labels.json').write_text(json.dumps(LABELS))
    return tmp_path


def write_list(root, *lines):
    (root / 'ImageSets/Segmentation/train.txt').write_text('\n'.join(lines), encoding='utf-8')


def voc(root, **options):
    config = dict(type='VOCImageLabelDataset', data_root=str(root), ann_file='ImageSets/Segmentation/train.txt')
    return DATASETS.build(config | options)


def folder(root, **options):
    config = dict(type='ImageLabelDataset', data_root=str(root), data_prefix=dict(img_path='JPEGImages'),
                  metainfo=dict(classes=CLASSES))
    return DATASETS.build(config | options)


def write_image(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new('RGB', (4, 4)).save(path)


def ids(dataset):
    return [dataset.get_data_info(index)['img_id'] for index in range(len(dataset))]


def test_voc_in_the_order_of_the_list(root):
    dataset = voc(root)
    assert ids(dataset) == ['c', 'a', 'b']
    info = dataset.get_data_info(2)
    assert info['img_path'] == str(root / 'JPEGImages/b.jpg')
    assert info['seg_map_path'] == str(root / 'SegmentationClass/b.png')
    assert (info['label_map'], info['reduce_zero_label'], info['seg_fields']) == (None, False, [])
    classes = dataset.metainfo['classes'][1:]
    assert info['gt_score'].shape == (20, ) and info['gt_score'].dtype == np.float32
    assert [classes[i] for i in np.flatnonzero(info['gt_score'])] == ['cat', 'dog']
    assert dataset.get_cat_ids(2) == [classes.index('cat'), classes.index('dog')]


def test_some_of_the_classes(root):
    dataset = voc(root, metainfo=dict(classes=['background', 'person', 'dog', 'cat']))
    assert [dataset.get_data_info(i)['gt_score'].tolist() for i in range(3)] == [[1, 0, 0], [0, 0, 1], [0, 1, 1]]
    assert {old: new for old, new in dataset.label_map.items() if new != 255} == {0: 0, 15: 1, 12: 2, 8: 3}
    with pytest.raises(InputError, match=message_names('cat, dog', 'c')):
        voc(root, metainfo=dict(classes=('background', 'cat', 'dog')))
    dataset = voc(root, metainfo=dict(classes=('background', 'cat', 'dog')), allow_empty=True)
    assert dataset.get_data_info(0)['gt_score'].tolist() == [0, 0]


@pytest.mark.parametrize('classes', [
    ('cat', 'dog'), ('background', ), ('background', 'cat', 'cat'), ('background', 'unicorn'),
    ('background', 'cat', 'Cat'), ('background', 'tv monitor', 'tvmonitor')])
def test_classes_that_do_not_fit(root, classes):
    with pytest.raises(InputError, match='classes'):
        voc(root, metainfo=dict(classes=classes))


def test_own_classes_are_needed_without_those_of_voc(root):
    with pytest.raises(InputError, match='metainfo'):
        folder(root, metainfo=None)


def test_a_training_item_opens_no_mask(root):
    shutil.rmtree(root / 'SegmentationClass')
    dataset = voc(root, pipeline=TRAIN)
    item = dataset[1]
    assert item['inputs'].shape == (3, 24, 24) and item['inputs'].dtype == torch.float32
    assert item['data_samples'].gt_score.sum() == 1 and item['data_samples'].img_id == 'a'
    assert 'gt_sem_seg' not in item['data_samples']
    assert len(voc(root, pipeline=TEST[::2], test_mode=True)) == 3  # a test of labels needs no masks either


def test_a_test_item_has_its_mask(root):
    sample = voc(root, pipeline=TEST, test_mode=True)[2]['data_samples']
    assert sample.gt_sem_seg.data.shape == (1, 16, 20) and sample.gt_sem_seg.data.unique().tolist() == [1]


@pytest.mark.parametrize('pipeline', [
    TEST, [dict(type='LoadAnnotations')],
    [dict(type='LoadImage'), dict(type='TestTimeAug', transforms=[
        [dict(type='RandomFlip', prob=1.)], [dict(type='LoadAnnotations')]])],
    [dict(type='RandomApply', transforms=[dict(type='LoadMask')])]])
def test_missing_masks_are_named_where_the_pipeline_loads_them(root, pipeline):
    assert len(voc(root, pipeline=pipeline)) == 3
    os.remove(root / 'SegmentationClass/a.png')
    with pytest.raises(InputError, match=message_names(1, 3, 'SegmentationClass/a.png')):
        voc(root, pipeline=pipeline)
    with pytest.raises(InputError, match='seg_map_path'):
        voc(root, pipeline=pipeline, data_prefix=dict(img_path='JPEGImages'))


def test_bad_masks_are_named(root):
    Image.new('L', (20, 17)).save(root / 'SegmentationClass/a.png')
    Image.new('L', (20, 16), 21).save(root / 'SegmentationClass/b.png')
    dataset = voc(root, pipeline=TEST, test_mode=True)
    with pytest.raises(InputError, match=message_names('a.png', '17 x 20', 'a.jpg', '16 x 20')):
        dataset[1]
    with pytest.raises(InputError, match=message_names('b.png', 21)):
        dataset[2]


def test_missing_folders_and_lists_of_voc(root):
    with pytest.raises(InputError, match=message_names('nowhere', 'tools/dataset_converters/voc.py')):
        voc(root / 'nowhere')
    with pytest.raises(InputError, match=message_names('List/x.txt', 'tools/dataset_converters/voc.py')):
        voc(root, ann_file='List/x.txt')
    with pytest.raises(InputError) as error:
        voc(root, ann_file='ImageSets/Segmentation/x.txt')  # beside other lists, so that the data are there
    assert re.search(message_names('x.txt', 'train'), str(error.value)) and 'voc.py' not in str(error.value)
    shutil.rmtree(root / 'JPEGImages')
    with pytest.raises(InputError, match=message_names('JPEGImages', 'tools/dataset_converters/voc.py')):
        voc(root)
    with pytest.raises(InputError, match=message_names('image_labels.jsn')):
        folder(root, label_file='image_labels.jsn', data_prefix=dict(img_path='SegmentationClass'))


def test_text_about_voc_stays_with_voc(root):
    with pytest.raises(InputError) as error:
        folder(root / 'nowhere')
    assert 'data_root' in str(error.value) and 'VOC' not in str(error.value)


def test_masks_with_a_suffix_and_labels_of_a_stage_without(root, tmp_path_factory):
    made, copied = (tmp_path_factory.mktemp(name) for name in ('made', 'copied'))
    for name in LABELS:
        mask = root / 'SegmentationClass' / f'{name}.png'
        shutil.copy(mask, made)
        shutil.copy(mask, copied / f'{name}_mask.png')
        mask.rename(mask.with_name(f'{name}_mask.png'))
    options = dict(seg_map_suffix='_mask.png', pipeline=TEST[:2])
    for place, suffix in ((None, '_mask.png'), (made, '.png'), (copied, '_mask.png')):
        dataset = voc(root, seg_map_dir=place and str(place), **options)
        assert [os.path.basename(dataset[index]['seg_map_path']) for index in range(3)] == [
            f'{name}{suffix}' for name in 'cab']
        assert [dataset[index]['gt_seg_map'].max() for index in range(3)] == [2, 0, 1]
    (made / 'b.png').unlink()
    with pytest.raises(InputError, match=message_names(str(made / 'b.png'))):
        voc(root, seg_map_dir=str(made), **options)
    scores = voc(root, seg_map_suffix='.npz', seg_map_dir='scores', pipeline=[])
    assert scores.get_data_info(0)['seg_map_path'] == 'scores/c.npz'


def test_more_classes_than_a_mask_can_hold(root):
    classes = ('background', *(f'c{index}' for index in range(300)))
    options = dict(metainfo=dict(classes=classes), label_file=None,
                   data_prefix=dict(img_path='JPEGImages', seg_map_path='SegmentationClass'))
    assert len(folder(root, pipeline=TRAIN, **options)) == 3  # image-level labels alone may be more
    with pytest.raises(InputError, match=message_names(301, 255)):
        folder(root, pipeline=TEST, **options)


def test_a_list_scans_folders_and_asks_for_no_file(root, monkeypatch):
    monkeypatch.setattr(os.path, 'isfile', lambda path: pytest.fail(path) if 'JPEGImages' in str(path) else True)
    monkeypatch.setattr(os.path, 'exists', lambda path: pytest.fail(path) if '.jpg' in str(path) else True)
    assert len(voc(root)) == 3


def test_a_folder_of_images_without_a_list(tmp_path):
    names = ['z.JPG', 'a/b.v2.png', 'a/b.jpeg', 'Füße.Jpeg', 'notes.txt']
    for name in names[:4]:
        write_image(tmp_path / 'pics' / name)
    (tmp_path / 'pics' / names[4]).write_text('no image')
    labels = {'z': ['cat'], 'a/b.v2': ['dog'], 'a/b': ['cat', 'dog'], 'Füße': ['person']}
    (tmp_path / 'image_labels.json').write_text(json.dumps(labels))
    for suffix in (None, ('.jpg', '.jpeg', '.png')):
        dataset = folder(tmp_path, data_prefix=dict(img_path='pics'), img_suffix=suffix,
                         pipeline=[dict(type='LoadImage'), dict(type='PackImageLabelInputs')])
        assert ids(dataset) == sorted(labels)
        assert {dataset.get_data_info(i)['img_path'] for i in range(4)} == {
            str(tmp_path / 'pics' / name) for name in names[:4]}
        for index, name in enumerate(sorted(labels)):
            assert dataset[index]['data_samples'].gt_score.tolist() == [
                float(cls in labels[name]) for cls in CLASSES[1:]]
    assert ids(folder(tmp_path, data_prefix=dict(img_path='pics'), img_suffix='.png')) == ['a/b.v2']
    (tmp_path / 'list.txt').write_text('a/b\nz\n')
    assert ids(folder(tmp_path, data_prefix=dict(img_path='pics'), ann_file='list.txt')) == ['a/b', 'z']


def test_without_labels(root):
    os.remove(root / 'image_labels.json')
    dataset = folder(root, label_file=None, pipeline=[dict(type='LoadImage'), dict(type='PackImageLabelInputs')])
    assert 'gt_score' not in dataset.get_data_info(0) and 'gt_score' not in dataset[0]['data_samples']
    with pytest.raises(InputError, match=message_names('image_labels.json')):
        folder(root)


def test_label_files_of_every_form(root):
    np.save(root / 'cls_labels.npy', {name: np.float32([cls in names for cls in CLASSES[1:]])
                                      for name, names in LABELS.items()})
    (root / 'labels.csv').write_text('\n'.join(f'{name}.jpg,{";".join(names)}' for name, names in LABELS.items()))
    (root / 'Annotations').mkdir()
    for name, names in LABELS.items():
        objects = ''.join(f'<object><name>{cls}</name></object>' for cls in names)
        (root / 'Annotations' / f'{name}.xml').write_text(f'<annotation>{objects}</annotation>')
    for file in ('image_labels.json', 'cls_labels.npy', 'labels.csv', 'Annotations', str(root / 'labels.csv')):
        dataset = folder(root, label_file=file)
        scores = [dataset.get_data_info(i)['gt_score'].tolist() for i in range(3)]
        assert scores == [[1, 0, 0], [1, 1, 0], [0, 0, 1]]


def spoil(root):
    data = (root / 'JPEGImages/a.jpg').read_bytes()
    (root / 'JPEGImages/a.jpg').write_bytes(data[:-40])
    (root / 'JPEGImages/c.jpg').write_bytes(b'')


def test_a_bad_image_stops_where_it_is_met(root):
    spoil(root)
    dataset = voc(root, pipeline=TRAIN)
    assert dataset[2]['data_samples'].img_id == 'b'
    with pytest.raises(InputError, match='a.jpg'):
        dataset[1]


def test_bad_images_are_left_out(root):
    spoil(root)
    assert ids(voc(root, skip_bad_images=True)) == ['b']
    assert ids(voc(root, skip_bad_images=True, label_file=None, metainfo=None, indices=[0])) == ['b']
    (root / 'JPEGImages/b.jpg').write_text('no image')
    with pytest.raises(InputError, match=message_names(3)):
        voc(root, skip_bad_images=True)


def test_ignored_empty_images_are_replaced_in_training_and_stop_a_test(root):
    spoil(root)
    pipeline = [dict(type='LoadImage', ignore_empty=True), dict(type='PackImageLabelInputs')]
    assert {voc(root, pipeline=pipeline)[i]['data_samples'].img_id for i in range(3)} == {'b'}
    with pytest.raises(Exception, match='should not get `None`'):
        voc(root, pipeline=pipeline, test_mode=True)[0]


@pytest.mark.parametrize('serialize', [True, False])
def test_indices_subsets_and_serialisation_are_mmengines(root, serialize):
    assert ids(voc(root, indices=2, serialize_data=serialize)) == ['c', 'a']
    assert ids(voc(root, indices=[2, 0], serialize_data=serialize)) == ['b', 'c']
    dataset = voc(root, serialize_data=serialize)
    assert ids(dataset.get_subset([1])) == ['a']
    assert hasattr(dataset, 'data_bytes') == serialize


def test_a_lazy_dataset_checks_when_it_is_loaded(root):
    dataset = voc(root / 'nowhere', lazy_init=True)
    assert dataset.metainfo['classes'][8] == 'cat' and len(dataset.metainfo['palette']) == 21
    with pytest.raises(InputError, match='nowhere'):
        dataset.full_init()
    dataset = voc(root, lazy_init=True)
    dataset.full_init()
    assert ids(dataset) == ['c', 'a', 'b']


def test_a_class_balanced_dataset(root):
    balanced = dict(type='ClassBalancedDataset', oversample_thr=0.9, dataset=dict(
        type='VOCImageLabelDataset', data_root=str(root), ann_file='ImageSets/Segmentation/train.txt'))
    assert len(DATASETS.build(balanced)) > 3  # dog and person are rarer than the threshold
    balanced['dataset']['label_file'] = None
    with pytest.raises(InputError, match=message_names('ClassBalancedDataset', 'label_file')):
        DATASETS.build(balanced)


def test_without_a_data_root_paths_are_as_given(root):
    dataset = DATASETS.build(dict(
        type='ImageLabelDataset', metainfo=dict(classes=CLASSES), label_file=str(root / 'image_labels.json'),
        data_prefix=dict(img_path=str(root / 'JPEGImages'))))
    assert ids(dataset) == ['a', 'b', 'c'] and 'seg_map_path' not in dataset.get_data_info(0)
