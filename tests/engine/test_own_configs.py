"""Configs for a new data set: their choices, their length, and that each can be read."""
import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from message_names import message_names
from mmengine.config import Config

from mmwsss.engine.own_configs import OwnConfigs, OwnData, find_backbone
from mmwsss.engine.own_scale import Scale, scale_of
from mmwsss.utils.coco import CLASSES
from mmwsss.utils.errors import InputError

NETWORKS = ('classifier', 'irnet', 'segmentor')


def own_data(train=240, masks=None, longest=4000, classes=3, tested=('train', 'val')):
    names = ('background', *(f'class {index}' for index in range(classes)))
    return OwnData('photos', Path('/data/photos'), masks, names, train, 20, tested, longest, False)


def write(folder, repo, data, backbone='r18_narrow'):
    made = OwnConfigs(repo / 'configs', backbone, data, str(repo / 'configs' / '_base_'))
    for name, text in made.texts.items():
        (folder / name).write_text(text)
    return made, {name: Config.fromfile(folder / f'{name}.py') for name in NETWORKS}


def test_backbones(repo):
    configs = repo / 'configs'
    assert find_backbone(configs, 'r50') == 'r50'
    assert find_backbone(configs, 'efflite0') == 'efficientnet_lite0' and find_backbone(configs, 'r18') == 'r18_narrow'
    for name, named in (('vgg', ('vgg', 'no backbone', 'r50', 'r18_narrow')), ('r', ('r50', 'r18_narrow')), ('', ())):
        with pytest.raises(InputError, match=message_names('--backbone', 'efficientnet_lite0', *named)):
            find_backbone(configs, name)


@pytest.mark.parametrize('backbone', ['r50', 'efficientnet_lite0', 'r18_narrow'])
def test_short_and_readable(tmp_path, repo, backbone):
    for train, masks in itertools.product((7, 240, 3000, 10582), (None, Path('/data/masks'))):
        made, networks = write(tmp_path, repo, own_data(train, masks), backbone)
        assert sum(text.count('\n') for text in made.texts.values()) < 60
        for cfg in networks.values():
            loops = [loop for loop in ('train', 'val', 'test') if cfg.get(f'{loop}_dataloader')]
            for loop in loops:
                dataset = cfg[f'{loop}_dataloader'].dataset
                assert dataset.data_root == '/data/photos' and dataset.metainfo.classes[0] == 'background'
                assert Path(dataset.ann_file).parent == tmp_path and (loop != 'val' or 'val' in dataset.ann_file)
            length = cfg.train_cfg.get('max_epochs') or cfg.train_cfg.get('max_iters')
            assert cfg.param_scheduler[-1].end == length
            assert cfg.train_dataloader.batch_size <= train
            steps = [step['type'] for step in cfg.test_dataloader.dataset.pipeline]
            assert 'ResizeLongSide' in steps and ('LoadMask' in steps) == (masks is not None)
        assert networks['segmentor'].model.decode_head.num_classes == 4
        assert networks['classifier'].model.head.num_classes == 3
        assert ('val' in networks['segmentor'].test_dataloader.dataset.ann_file) and (
            bool(networks['segmentor'].val_dataloader) == (masks is not None))


def test_schedules_grow_with_the_images(tmp_path, repo):
    lengths = []
    for train in (50, 370, 1010, 10582):
        made, networks = write(tmp_path, repo, own_data(train), 'r50')
        lengths.append((networks['classifier'].train_cfg.max_epochs, networks['irnet'].train_cfg.max_epochs,
                        networks['segmentor'].train_cfg.max_iters))
        for part in ('classifier', 'IRNet', 'segmentor'):
            assert len([reason for reason in made.reasons if reason.startswith(f'{part}: ')]) == 2  # scale, schedule
    assert lengths == [(36, 20, 400), (10, 20, 720), (7, 9, 720), (6, 3, 20000)]
    assert networks['segmentor'].optim_wrapper.optimizer.type == 'SGD'  # as published


def test_scales(repo):
    def read(name):
        return Config.fromfile(repo / 'configs' / '_base_' / 'datasets' / f'{name}.py')

    assert scale_of(read('image_labels'), 4000, False) == Scale(320, 640, 512, 512)
    assert scale_of(read('small_image_labels'), 4000, False) == Scale(160, 320, 192, 256)
    assert scale_of(read('irnet'), 4000, True) == Scale(256, 768, 512, 512)
    assert scale_of(read('segmentation'), 4000, False) == Scale(256, 768, 321, 512)
    assert scale_of(read('small_image_labels'), 128, False) == Scale(80, 160, 96, 128)
    assert scale_of(read('small_irnet'), 128, True) == Scale(160, 480, 192, 320)


def test_lines_do_not_end_inside_of_a_name(tmp_path, repo):
    data = replace(own_data(), classes=('background', *CLASSES[1:], 'a name of many words, ' * 4))
    networks = write(tmp_path, repo, data)[1]
    assert networks['classifier'].test_dataloader.dataset.metainfo.classes == data.classes
    assert max(map(len, (tmp_path / 'facts.py').read_text().split('\n')[1:6])) <= 120


def test_lists_of_the_images_with_masks(tmp_path, repo):
    made, networks = write(tmp_path, repo, own_data(masks=Path('/data/masks'), tested=('train_masks', 'val_masks')))
    assert networks['classifier'].test_dataloader.dataset.ann_file == str(tmp_path / 'train_masks.txt')
    assert networks['irnet'].test_dataloader.dataset.ann_file == str(tmp_path / 'train_masks.txt')
    assert networks['segmentor'].val_dataloader.dataset.ann_file == str(tmp_path / 'val_masks.txt')
    assert networks['segmentor'].train_dataloader.dataset.ann_file == str(tmp_path / 'train.txt')


def test_crf_shrinks_large_images(repo):
    for longest, wanted in ((1024, 'masks, crf = True, True\n'),
                            (4000, "masks, crf = True, {'type': 'DenseCRF', 'gaussian_sxy': 1, 'bilateral_sxy': 67, "
                             "'bilateral_srgb': 3, 'bilateral_compat': 4, 'max_size': 1024}\n")):
        made = OwnConfigs(repo / 'configs', 'r50', own_data(masks=Path('/m'), longest=longest), 'base')
        assert wanted in made.texts['pipeline.py'] and "pseudo_label_thr = 'auto', 'best'" in made.texts['pipeline.py']
        assert any('4000' in reason for reason in made.reasons if reason.startswith('pipeline')) == (longest == 4000)
    made = OwnConfigs(repo / 'configs', 'r50', own_data(), 'base')
    assert "pseudo_label_thr = 'auto', 'auto'" in made.texts['pipeline.py']
