"""Crops of fixed size."""
import numpy as np
import pytest
import torch
from mmcv.transforms.utils import cache_random_params
from mmseg.registry import MODELS, TRANSFORMS

from mmwsss.utils.errors import InputError

MEAN = (123.675, 116.28, 103.53)


def build(**config):
    return TRANSFORMS.build(dict(type='RandomCropPad', **config))


def coordinates(height, width):
    """An image and a map whose pixels encode their position."""
    rows, columns = np.mgrid[:height, :width].astype(np.uint8)
    return np.stack([rows, columns, np.full_like(rows, 200)], -1), rows


def place(results, pad):
    """The position of the image in the crop, and of the crop in the image, decoded from the pixels."""
    inside = results['img'][..., 2] == 200
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    assert inside[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1].all()
    assert inside.sum() == len(rows) * len(columns)
    assert (results['img'][~inside] == pad).all()
    img = results['img'][inside].reshape(len(rows), len(columns), 3)
    np.testing.assert_array_equal(img[..., 0] - img[0, 0, 0], np.arange(len(rows))[:, None].repeat(len(columns), 1))
    np.testing.assert_array_equal(img[..., 1] - img[0, 0, 1], np.arange(len(columns))[None].repeat(len(rows), 0))
    np.testing.assert_array_equal(results['gt_seg_map'][inside].reshape(img.shape[:2]), img[..., 0])
    assert (results['gt_seg_map'][~inside] == 255).all()
    return rows[0], columns[0], int(img[0, 0, 0]), int(img[0, 0, 1]), img.shape[:2]


@pytest.mark.parametrize('height, width', [(5, 6), (12, 11), (5, 12), (12, 5), (8, 9)])
def test_every_place_occurs_and_pixels_keep_together(height, width):
    step = build(crop_size=(8, 9), pad_val=(1, 2, 3))
    img, seg_map = coordinates(height, width)
    seen = set()
    for _ in range(300):
        results = step(dict(img=img, gt_seg_map=seg_map, seg_fields=['gt_seg_map']))
        assert results['img'].shape == (8, 9, 3) and results['img'].dtype == np.uint8
        assert results['img_shape'] == results['pad_shape'] == (8, 9)
        *found, shape = place(results, (3, 2, 1))  # RGB in the config, BGR in the image
        assert shape == (min(height, 8), min(width, 9))
        assert results['crop_window'] == (found[0], found[1], found[0] + shape[0], found[1] + shape[1])
        seen.add(tuple(int(x) for x in found))
    slack = [range(abs(height - 8) + 1), range(abs(width - 9) + 1)]
    expected = {(y if height < 8 else 0, x if width < 9 else 0, y if height > 8 else 0, x if width > 9 else 0)
                for y in slack[0] for x in slack[1]}
    assert seen == expected


@pytest.mark.parametrize('order, colour', [('bgr', MEAN[::-1]), ('rgb', MEAN)])
def test_a_fractional_colour_makes_floats(order, colour):
    img, _ = coordinates(3, 3)
    padded = build(crop_size=(4, 4), channel_order=order)(dict(img=img))['img']
    assert padded.dtype == np.float32
    outside = padded[padded[..., 2] != 200]
    np.testing.assert_allclose(outside, np.float32(colour)[None].repeat(7, 0), rtol=0)


def test_padding_is_zero_after_normalisation():
    img, _ = coordinates(4, 5)
    padded = build(crop_size=(8, 8))(dict(img=img))['img']
    normalise = MODELS.build(
        dict(type='SegDataPreProcessor', mean=MEAN, std=(58.395, 57.12, 57.375), bgr_to_rgb=True))
    tensor = torch.from_numpy(padded).permute(2, 0, 1)
    out = normalise(dict(inputs=[tensor]))['inputs'][0]
    outside = torch.from_numpy(padded[..., 2] != 200)
    assert outside.sum() == 64 - 20 and out[:, outside].abs().max() == 0
    assert out[:, ~outside].abs().min() > 0


def test_a_image_of_the_crops_size_stays_and_maps_need_no_fields_entry():
    img, seg_map = coordinates(8, 9)
    results = build(crop_size=(8, 9), pad_val=(0, 0, 0))(dict(img=img, gt_seg_map=seg_map))
    np.testing.assert_array_equal(results['img'], img)
    np.testing.assert_array_equal(results['gt_seg_map'], seg_map)
    small = build(crop_size=(2, 2), pad_val=(0, 0, 0))(dict(img=img, gt_seg_map=seg_map))
    assert small['gt_seg_map'].shape == (2, 2)


def test_the_draw_can_be_cached():
    img, _ = coordinates(50, 50)
    step = build(crop_size=(4, 4), pad_val=(0, 0, 0))
    with cache_random_params(step):
        crops = {step(dict(img=img))['img'].tobytes() for _ in range(5)}
    assert len(crops) == 1


@pytest.mark.parametrize('config', [
    dict(crop_size=(8, )), dict(crop_size=(0, 4)), dict(pad_val=(1, 2)), dict(channel_order='gbr')])
def test_settings_that_do_not_fit(config):
    with pytest.raises(InputError, match=next(iter(config))):
        build(**config)
