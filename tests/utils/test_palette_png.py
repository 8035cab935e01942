import numpy as np
import pytest
from mmseg.datasets import PascalVOCDataset
from PIL import Image

from mmwsss.utils.errors import InputError
from mmwsss.utils.palette_png import class_palette, voc_palette, write_palette_png


def test_the_colour_rule_is_vocs():
    palette = voc_palette()
    np.testing.assert_array_equal(palette[:21], PascalVOCDataset.METAINFO['palette'])
    np.testing.assert_array_equal(palette[255], [224, 224, 192])
    assert len(np.unique(palette, axis=0)) == 256


def test_round_trip(tmp_path):
    labels = np.random.default_rng(0).choice([0, 8, 15, 255], size=(7, 9)).astype(np.uint8)
    write_palette_png(tmp_path / 'new' / 'a.png', labels)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / 'new' / 'a.png')), labels)
    image = Image.open(tmp_path / 'new' / 'a.png')
    assert image.mode == 'P' and image.getpalette()[24:27] == [64, 0, 0]


@pytest.mark.parametrize('labels', [np.zeros((2, 2)), np.zeros((2, 2, 3), np.uint8), np.zeros((0, 2), np.uint8)])
def test_what_is_no_label_map(tmp_path, labels):
    with pytest.raises(InputError, match=r'a\.png'):
        write_palette_png(tmp_path / 'a.png', labels)
    assert not (tmp_path / 'a.png').exists()


def test_a_colour_for_each_class():
    colours = class_palette(300)
    assert len(colours) == 300 and colours[:2] == [[0, 0, 0], [128, 0, 0]] and colours[256:258] == colours[:2]
