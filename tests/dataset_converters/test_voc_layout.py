"""VOC's classes."""
from mmseg.datasets import PascalVOCDataset
from voc_layout import CLASSES


def test_classes_are_those_of_mmseg():
    assert CLASSES == tuple(PascalVOCDataset.METAINFO['classes'])
