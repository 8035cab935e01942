"""Resizing by the long side."""
import numpy as np
import pytest
from mmcv.transforms.utils import cache_random_params
from mmseg.registry import TRANSFORMS
from PIL import Image

from mmwsss.utils.errors import InputError


def image(height, width):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def build(**config):
    return TRANSFORMS.build(config)


def test_long_sides_are_uniform_over_the_integers_both_ends_included():
    step = build(type='RandomResizeLongSide', min_size=30, max_size=33)
    sides = [max(step(dict(img=image(8, 10)))['img_shape']) for _ in range(400)]
    counts = np.bincount(sides, minlength=34)
    assert counts[:30].sum() == 0 and len(counts) == 34
    assert (np.abs(counts[30:] - 100) < 40).all()  # 4.6 standard deviations


@pytest.mark.parametrize('height, width, size, expected', [
    (375, 500, 320, (240, 320)), (500, 375, 320, (320, 240)), (333, 500, 640, (426, 640)), (1, 1000, 100, (1, 100)),
    (64, 64, 31, (31, 31))])
def test_it_is_pillows_bicubic_and_keeps_the_aspect_ratio(height, width, size, expected):
    img = image(height, width)
    step = build(type='RandomResizeLongSide', min_size=size, max_size=size)
    results = step(dict(img=img, ori_shape=(height, width)))
    np.testing.assert_array_equal(
        results['img'], np.asarray(Image.fromarray(img).resize(expected[::-1], Image.Resampling.BICUBIC)))
    assert results['img_shape'] == expected and results['ori_shape'] == (height, width)
    assert results['scale_factor'] == (expected[1] / width, expected[0] / height)
    assert results['scale'] == expected[::-1] and results['keep_ratio'] is True


@pytest.mark.parametrize('fields', [dict(), dict(seg_fields=[]), dict(seg_fields=['gt_seg_map'])])
def test_maps_take_the_nearest_pixel(fields):
    seg_map = np.array([[0, 1], [255, 20]], np.uint8)
    results = build(type='RandomResizeLongSide', min_size=6, max_size=6)(
        dict(img=image(2, 2), gt_seg_map=seg_map, **fields))
    np.testing.assert_array_equal(results['gt_seg_map'], seg_map.repeat(3, 0).repeat(3, 1))


def test_other_fields_are_resized_too():
    results = build(type='ResizeLongSide', size=4)(dict(
        img=image(8, 8), gt_seg_map=np.zeros((8, 8), np.uint8), other=np.full((8, 8), 7, np.uint8),
        seg_fields=['other']))
    assert results['gt_seg_map'].shape == (4, 4) and results['other'].tolist() == [[7] * 4] * 4


def test_the_draw_can_be_cached():
    step = build(type='RandomResizeLongSide', min_size=10, max_size=500)
    with cache_random_params(step):
        shapes = {step(dict(img=image(8, 10)))['img_shape'] for _ in range(5)}
    assert len(shapes) == 1


def test_only_shrink_leaves_small_images():
    img = image(20, 30)
    results = build(type='ResizeLongSide', size=64)(dict(img=img, ori_shape=(20, 30)))
    np.testing.assert_array_equal(results['img'], img)
    assert (results['img_shape'], results['scale_factor']) == ((20, 30), (1, 1))
    results = build(type='ResizeLongSide', size=60, only_shrink=False)(dict(img=img, ori_shape=(20, 30)))
    assert (results['img_shape'], results['ori_shape']) == ((40, 60), (20, 30))
    assert build(type='ResizeLongSide', size=15)(dict(img=img))['img_shape'] == (10, 15)


def test_settings_and_floats_that_do_not_fit():
    for config in (dict(type='RandomResizeLongSide', min_size=9, max_size=8), dict(type='ResizeLongSide', size=0),
                   dict(type='RandomResizeLongSide', min_size=0)):
        with pytest.raises(InputError, match=config['type']):
            build(**config)
    with pytest.raises(InputError, match='float32'):
        build(type='ResizeLongSide', size=4)(dict(img=np.zeros((8, 8, 3), np.float32)))
