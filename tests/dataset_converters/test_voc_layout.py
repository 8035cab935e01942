"""VOC's classes and lists."""
import pytest
from message_names import message_names
from mmseg.datasets import PascalVOCDataset
from voc_layout import CLASSES, read_list

from mmwsss.utils.errors import InputError


def test_classes_are_those_of_mmseg():
    assert CLASSES == tuple(PascalVOCDataset.METAINFO['classes'])


def test_lists(tmp_path):
    (tmp_path / 'train.txt').write_text('a 1\n\nb -1\n', encoding='utf-8-sig')
    assert read_list(tmp_path / 'train.txt') == ['a', 'b']
    (tmp_path / 'train.txt').write_text(' photo 1\r\n./night//photo 2 \nc\n')
    assert read_list(tmp_path / 'train.txt') == ['photo 1', 'night/photo 2', 'c']
    (tmp_path / 'train.txt').write_bytes(b'\xff\xd8')
    with pytest.raises(InputError, match=message_names('train.txt', 'UTF-8')):
        read_list(tmp_path / 'train.txt')
