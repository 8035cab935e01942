"""Test runs that write one file per image."""
import pytest
from message_names import message_names
from mmengine.config import Config

from mmwsss.engine.file_writing import prepare, use_cams
from mmwsss.utils.errors import InputError

IMAGE, PACK = dict(type='LoadImage'), dict(type='PackSegInputs')


def config_of(dataset, pipeline=(IMAGE, PACK), **settings):
    return Config(dict(
        model=dict(type='IRNet'), train_dataloader=dict(dataset=dataset),
        test_dataloader=dict(dataset=dict(ann_file='test.txt', pipeline=list(pipeline), **settings))),
        cfg_text='# read', filename='some.py')


def listed(name):
    return dict(type='ImageLabelDataset', ann_file=f'lists/{name}.txt')


def test_the_training_list_inside_of_wrappers():
    repeated = dict(type='RepeatDataset', times=3, dataset=listed('train'))
    for dataset in (listed('train'), repeated, dict(type='ConcatDataset', datasets=[repeated, listed('train')])):
        assert prepare(config_of(dataset), 'a.pth', 'out').ann_file == 'lists/train.txt'
        assert prepare(config_of(dataset), 'a.pth', 'out', 'val').ann_file == 'lists/val.txt'
        assert prepare(config_of(dataset), 'a.pth', 'out', '').ann_file == ''


def test_several_training_lists():
    dataset = dict(type='ConcatDataset', datasets=[listed('a'), listed('b')])
    with pytest.raises(InputError, match=message_names('some.py', 'lists/a.txt', 'lists/b.txt', '--list')):
        prepare(config_of(dataset), 'a.pth', 'out')
    assert prepare(config_of(dataset), 'a.pth', 'out', 'b').ann_file == 'lists/b.txt'


def test_cams_that_nothing_would_read():
    cams = dict(type='LoadCAM')
    cfg = config_of(listed('train'), (IMAGE, cams, PACK), cam_dir='own')
    assert use_cams(cfg, None) == 'own' and use_cams(cfg, 'others') == 'others'
    assert cfg.test_dataloader.dataset.cam_dir == 'others'
    with pytest.raises(InputError, match=message_names('some.py', '--cams')):
        use_cams(config_of(listed('train'), (IMAGE, cams, PACK)), None)
    with pytest.raises(InputError, match=message_names('some.py', 'LoadCAM')):
        use_cams(config_of(listed('train')), 'cams')
