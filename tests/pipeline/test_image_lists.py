"""What tells that a data set has changed."""
import json
import shutil

import pytest
from message_names import message_names
from mmengine.config import Config
from mmseg.registry import TRANSFORMS
from tiny_pipeline import CLASSES, write_tiny_pipeline
from tiny_voc import write_tiny_voc

from mmwsss.pipeline import read_plan
from mmwsss.pipeline.image_lists import images_mark, read_images, require_masks
from mmwsss.pipeline.network import Network
from mmwsss.utils.errors import InputError


@pytest.fixture
def plan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return read_plan(str(write_tiny_pipeline(tmp_path)), 'w')


def marks(plan) -> dict[str, str]:
    return {f'{name} {loop}': images_mark(read_images(plan.network(name), loop))
            for name in ('classifier', 'irnet', 'segmentor') for loop in ('train', 'test')}


def changed(before, after) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_ids_labels_and_files_count(plan, tmp_path):
    before = marks(plan)
    assert all(mark.startswith('6 images ') for mark in before.values())
    trained, tested = {name for name in before if 'train' in name}, {name for name in before if 'test' in name}

    mask = tmp_path / 'data/SegmentationClass/2007_000001.png'
    mask.write_bytes(mask.read_bytes() + b'\0')
    with_mask = marks(plan)
    assert changed(before, with_mask) == tested  # what is trained reads masks of earlier stages, which have their own

    image = tmp_path / 'data/JPEGImages/2007_000002.jpg'
    image.write_bytes(image.read_bytes() + b'\0')
    with_image = marks(plan)
    assert changed(with_mask, with_image) == trained | tested

    labels = tmp_path / 'data/image_labels.json'
    known = json.loads(labels.read_text())
    known['2007_000003'] = known['2007_000003'][:1]
    labels.write_text(json.dumps(dict(known, unrelated=['bus'])))
    with_labels = marks(plan)
    assert {'classifier train', 'classifier test', 'irnet test'} <= changed(with_image, with_labels)
    assert 'segmentor train' not in changed(with_image, with_labels)  # it knows no labels

    listed = tmp_path / 'data/ImageSets/Segmentation/train.txt'
    listed.write_text(''.join(listed.read_text().splitlines(keepends=True)[1:]))
    assert marks(plan)['classifier train'].startswith('5 images ')


def test_a_test_without_masks_that_measures_none(plan):
    network = plan.network('irnet')
    pipeline = network.cfg.test_dataloader.dataset.pipeline
    network.cfg.test_dataloader.dataset.pipeline = [step for step in pipeline if step['type'] != 'LoadMask']
    with pytest.raises(InputError, match=r'irnet\.py.*LoadMask'):
        require_masks(network)
    network.cfg.test_evaluator[0].masks = False
    require_masks(network)


def test_a_copy_is_the_same(plan, tmp_path):
    before = marks(plan)
    shutil.copytree(tmp_path / 'data', tmp_path / 'elsewhere' / 'copied')
    for name in ('classifier', 'irnet', 'segmentor'):
        for loop in ('train', 'test'):
            plan.network(name).cfg[f'{loop}_dataloader'].dataset.data_root = str(tmp_path / 'elsewhere' / 'copied')
    assert marks(plan) == before


@pytest.mark.parametrize('name', ['{voc} 50%', "it's [here]"])
def test_folders_of_any_name(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    plan = read_plan(str(write_tiny_pipeline(tmp_path / name)), 'w')
    assert len(plan.images(plan.network('classifier'), 'train')) == 6


def test_a_folder_without_a_list(tmp_path):
    root = write_tiny_voc(tmp_path / 'data', CLASSES, images=4)
    cfg = Config(dict(default_scope='mmseg', train_dataloader=dict(dataset=dict(
        type='ImageLabelDataset', data_root=str(root), metainfo=dict(classes=('background', *CLASSES)),
        data_prefix=dict(img_path='JPEGImages'), pipeline=[]))))
    before = images_mark(read_images(Network('c.py', cfg), 'train'))
    (root / 'JPEGImages' / '2007_000000.jpg').unlink()
    assert before.startswith('4 ') and images_mark(read_images(Network('c.py', cfg), 'train')).startswith('3 ')


class LoadsMasksToo:
    """A step of another package, which may load masks."""


@pytest.mark.parametrize('steps, evaluators, fits', [
    (['LoadImage', 'LoadMask'], ['IoUMetric'], True), (['LoadImageFromFile', 'LoadAnnotations'], ['IoUMetric'], True),
    (['LoadImage'], ['CAMIoUMetric'], False), (['LoadImage', 'PackSegInputs'], ['CAMWriter', 'ClassIoUMetric'], False),
    (['LoadImage'], ['mmpretrain.AveragePrecision'], True), (['LoadImage', 'LoadsMasksToo'], ['IoUMetric'], True)])
def test_a_test_that_measures_iou_needs_masks(steps, evaluators, fits, monkeypatch):
    monkeypatch.setitem(TRANSFORMS.module_dict, 'LoadsMasksToo', LoadsMasksToo)
    network = Network('c.py', Config(dict(
        test_dataloader=dict(dataset=dict(pipeline=[dict(type=step) for step in steps])),
        test_evaluator=[dict(type=kind) for kind in evaluators])))
    if fits:
        require_masks(network)
        return
    with pytest.raises(InputError, match=r'c\.py.*LoadMask'):
        require_masks(network)


@pytest.mark.parametrize('loader, named', [
    (None, r'train_dataloader\.dataset of c\.py'), (dict(batch_size=2), 'train_dataloader'),
    (dict(dataset=dict(type='RepeatDataset', times=2, dataset=dict(type='A', pipeline=[]))),
     'RepeatDataset')])
def test_data_sets_whose_folders_cannot_be_set(loader, named):
    with pytest.raises(InputError, match=named):
        Network('c.py', Config(dict(train_dataloader=loader))).require_dataset('train')


@pytest.mark.parametrize(('setting', 'named'), [
    (dict(label_file='gone.json'), 'gone.json'), (dict(data_prefix=dict(img_path='JPEGImages')), 'seg_map_path')])
def test_of_several_networks_that_of_a_mistake_is_named(plan, setting, named):
    network = plan.network('irnet')
    network.cfg.test_dataloader.dataset.update(setting)
    if 'data_prefix' in setting:
        network.cfg.test_dataloader.dataset.data_prefix.pop('seg_map_path', None)
    with pytest.raises(InputError, match=message_names('irnet.py', 'test_dataloader', named)):
        read_images(network, 'test')
