"""Where the settings of a network are that a pipeline changes."""
import pytest
from tiny_pipeline import write_tiny_pipeline

from mmwsss.pipeline import read_plan
from mmwsss.utils.errors import InputError


def test_lists_beside_the_tests_own_and_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    network = read_plan(str(write_tiny_pipeline(tmp_path)), dry=True).network('classifier')
    assert network.list_name('test') == 'train'
    assert network.list_file('test', 'val') == network.list_file('test', 'val.txt') == 'ImageSets/Segmentation/val.txt'
    assert network.list_file('test', './my/few.txt') == str(tmp_path / 'my/few.txt')
    assert network.list_file('test', 'data/few.txt') == 'few.txt'  # below the data
    network.require_list('test')
    network.cfg.test_dataloader.dataset.ann_file = 'ImageSets/Segmentation/none.txt'
    with pytest.raises(InputError, match=r'none\.txt.*train, train_aug, val'):
        network.require_list('test')
    network.cfg.test_dataloader.dataset.ann_file = ''
    network.require_list('test')
    assert network.list_name('test') == 'test'
    with pytest.raises(InputError, match='classifier.py.*val'):
        network.list_file('test', 'val')
