"""Masks fit their image, or an error names them."""
import numpy as np
import pytest
from message_names import message_names
from mmseg.registry import TRANSFORMS
from PIL import Image

from mmwsss.utils.errors import InputError

MASK = np.array([[0, 8, 255], [10, 12, 0]], np.uint8)


@pytest.fixture
def path(tmp_path):
    image = Image.fromarray(MASK)
    image.putpalette(list(range(256)) * 3)
    image.save(tmp_path / 'mask.png')
    return tmp_path / 'mask.png'


def load(path, label_map=None, **extra):
    results = dict(seg_map_path=str(path), img_path='p.jpg', label_map=label_map, reduce_zero_label=False,
                   seg_fields=[])
    return TRANSFORMS.build(dict(type='LoadMask'))(dict(results, **extra))


def test_indices_of_a_palette_mask(path):
    results = load(path, ori_shape=(2, 3), num_classes=21)
    np.testing.assert_array_equal(results['gt_seg_map'], MASK)
    assert results['gt_seg_map'].dtype == np.uint8 and results['seg_fields'] == ['gt_seg_map']
    assert results['gt_seg_map'].flags.c_contiguous


def test_label_map(path):
    label_map = {old: 255 for old in range(21)} | {0: 0, 8: 2, 12: 1}
    for extra in (dict(num_classes=3), dict()):
        assert load(path, label_map, ori_shape=(2, 3), **extra)['gt_seg_map'].tolist() == [[0, 2, 255], [255, 1, 0]]


def test_values_that_are_no_class(path):
    with pytest.raises(InputError, match=message_names('mask.png', 12, 255)):
        load(path, num_classes=12)
    assert load(path, num_classes=13)['gt_seg_map'].max() == 255
    with pytest.raises(InputError, match=message_names('mask.png', 10)):
        load(path, {0: 0, 8: 1, 12: 2})
    np.testing.assert_array_equal(load(path)['gt_seg_map'], MASK)  # classes unknown: nothing to compare with


def test_another_size_than_the_image(path):
    with pytest.raises(InputError, match=message_names('mask.png', '2 x 3', 'p.jpg', '3 x 2')):
        load(path, ori_shape=(3, 2))
    # A resized image is compared by its original size.
    assert load(path, ori_shape=(2, 3), img_shape=(20, 30))['gt_seg_map'].shape == (2, 3)


@pytest.mark.parametrize('size', [(1, 3), (3, 1), (1, 1)])
def test_sides_of_one_pixel(tmp_path, size):
    mask = np.array([8, 12, 255], np.uint8)[:size[0] * size[1]].reshape(size)
    Image.fromarray(mask).save(tmp_path / 'thin.png')
    results = load(tmp_path / 'thin.png', {0: 0, 8: 2, 12: 1}, ori_shape=size)
    np.testing.assert_array_equal(results['gt_seg_map'], np.array([2, 1, 255])[:mask.size].reshape(size))
    assert results['gt_seg_map'].dtype == np.uint8
    with pytest.raises(InputError, match=message_names('thin.png', 'p.jpg', '2 x 3')):
        load(tmp_path / 'thin.png', ori_shape=(2, 3))
    with pytest.raises(InputError, match=message_names('thin.png', 8)):
        load(tmp_path / 'thin.png', ori_shape=size, num_classes=3)


def test_masks_that_can_not_be_read(path):
    cut = path.with_name('cut.png')
    cut.write_bytes(path.read_bytes()[:-30])
    path.with_name('text.png').write_text('no mask')
    path.with_name('empty.png').write_bytes(b'')
    Image.new('RGB', (3, 2)).save(path.with_name('colour.png'))
    for name, named in (('cut.png', []), ('text.png', []), ('empty.png', []), ('gone.png', []),
                        ('colour.png', [(2, 3, 3)])):
        with pytest.raises(InputError, match=message_names(name, *named)):
            load(path.with_name(name), ori_shape=(2, 3))


@pytest.mark.parametrize(('value', 'dtype'), [(258, np.uint16), (256, np.uint16), (65535, np.uint16), (70000, np.int32),
                                              (-1, np.int32)])
def test_values_above_8_bits_are_not_cut(tmp_path, value, dtype):
    Image.fromarray(np.array([[0, value]], dtype)).save(tmp_path / 'deep.tif')
    with pytest.raises(InputError, match=message_names('deep.tif', value)):
        load(tmp_path / 'deep.tif', num_classes=3)
    Image.fromarray(np.array([[0, 2, 255]], dtype)).save(tmp_path / 'deep.tif')
    assert load(tmp_path / 'deep.tif', num_classes=3)['gt_seg_map'].tolist() == [[0, 2, 255]]


def test_masks_of_other_numbers(tmp_path):
    Image.fromarray(np.array([[True, False]])).save(tmp_path / 'bits.png')
    assert load(tmp_path / 'bits.png', num_classes=2)['gt_seg_map'].tolist() == [[1, 0]]
    Image.fromarray(np.array([[1., 2.]], np.float32)).save(tmp_path / 'whole.tif')
    assert load(tmp_path / 'whole.tif', num_classes=3)['gt_seg_map'].tolist() == [[1, 2]]
    Image.fromarray(np.array([[1, 0.5]], np.float32)).save(tmp_path / 'half.tif')
    with pytest.raises(InputError, match=message_names('half.tif', 0.5)):
        load(tmp_path / 'half.tif', num_classes=3)


def test_masks_that_count_from_1(path):
    found = load(path, num_classes=12, reduce_zero_label=True)['gt_seg_map']
    assert found.tolist() == [[255, 7, 255], [9, 11, 255]]
    with pytest.raises(InputError, match=message_names('mask.png', 12)):
        load(path, num_classes=11, reduce_zero_label=True)
    label_map = {old: 255 for old in range(20)} | {7: 1, 11: 0}
    found = load(path, label_map, num_classes=2, reduce_zero_label=True)['gt_seg_map']
    assert found.tolist() == [[255, 1, 255], [255, 0, 255]]
    with pytest.raises(InputError, match='reduce_zero_label'):
        TRANSFORMS.build(dict(type='LoadMask', reduce_zero_label=True))(
            dict(seg_map_path=str(path), reduce_zero_label=False, seg_fields=[]))
