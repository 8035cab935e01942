"""The content of a report's interactive part: small, and exact at every threshold."""
import base64
import zlib

import numpy as np
import pytest

from mmwsss.visualization.explorer import THRESHOLDS, Layer, PixelMap, curve_data, explorer_data, levels_of, packed


def unpacked(text, size):
    """The way back: running sums modulo 256."""
    total, values = 0, []
    for step in zlib.decompress(base64.b64decode(text)):
        total = (total + step) % 256
        values.append(total)
    return np.array(values).reshape(size)


def curve_file(thresholds, pixels, **masks):
    return dict(thresholds=thresholds, num_pictures=7, score_histogram=dict(pixels=pixels),
                auto=dict(thr=thresholds[1]), **masks)


def test_masks_follow_from_levels_at_every_threshold():
    scores = np.random.default_rng(0).random((13, 17), dtype=np.float32)
    scores[0, :5] = np.float32([0, 1, 0.1, 0.29, 0.57])  # at and beside thresholds
    levels = levels_of(scores, THRESHOLDS)
    for step, threshold in enumerate(THRESHOLDS):
        assert np.array_equal(levels > step, scores > np.float32(threshold)), threshold
    assert levels.dtype == np.uint8 and levels[0, :2].tolist() == [0, 100]


def test_bytes_come_back():
    values = np.random.default_rng(1).integers(0, 256, (9, 11), dtype=np.uint8)
    assert np.array_equal(unpacked(packed(values), (9, 11)), values)
    smooth = np.add.outer(np.arange(200), np.arange(300)).astype(np.uint8)
    assert len(packed(smooth)) < smooth.size / 50


def test_curve():
    pixels = [10, 20, 30, 40]
    data = curve_data(curve_file([0.1, 0.2, 0.3], pixels, mIoU=[5, 9, 7], best=dict(thr=0.2),
                                 IoU=dict(background=[1, 2, 3], cat=[4, None, 6])))
    assert data == dict(thresholds=[0.1, 0.2, 0.3], foreground=[90, 70, 40], mIoU=[5, 9, 7],
                        IoU=[[1, 2, 3], [4, None, 6]], images=7, best=1, auto=1)
    without = curve_data(curve_file([0.1, 0.2, 0.3], pixels))
    assert without['mIoU'] is without['IoU'] is without['best'] is None and without['foreground'] == [90, 70, 40]


def test_many_thresholds_are_thinned_out():
    thresholds = [index / 1000 for index in range(1000)]
    data = curve_data(curve_file(thresholds, [1] * 1001, mIoU=thresholds, IoU={}, best=dict(thr=0.401)))
    assert data['thresholds'] == data['mIoU'] == thresholds[::4] and data['best'] == 100
    assert data['foreground'][1] == pytest.approx(100 * 996 / 1001, abs=1e-4)


def test_maps_are_reduced_and_keep_their_classes():
    labels = np.zeros((40, 60), np.uint8)
    labels[:, 30:] = 7
    labels[:4] = 255
    scores = np.full((40, 60), 0.305, np.float32)
    scores[:, :30] = 0
    data = explorer_data([Layer('cams', [PixelMap(labels, scores), None]), Layer('labels', [PixelMap(labels), None])],
                         [('cams', 'labels')], 'labels', [(10, 15), (5, 5)], [[7], []])
    first, second = data['images']
    assert first['size'] == [10, 15] and first['classes'] == [7] and second['maps'] == [None, None]
    assert np.array_equal(unpacked(first['maps'][1]['labels'], (10, 15)), labels[::4, ::4])
    levels = unpacked(first['maps'][0]['levels'], (10, 15))
    assert set(levels[:, :7].ravel()) == {0} and set(levels[:, 8:].ravel()) == {31}  # 0.00, ..., 0.30 are below
    assert 'levels' not in first['maps'][1] and data['pairs'] == [[0, 1]] and data['truth'] == 1
    assert [(layer['scored'], layer['start']) for layer in data['layers']] == [(True, 25), (False, 25)]


@pytest.mark.parametrize(('masks', 'start'), [({}, 1), (dict(mIoU=[1, 2, 3], IoU={}, best=dict(thr=0.3)), 2)])
def test_the_slider_starts_at_the_best_or_label_free_threshold(masks, start):
    curve = curve_data(curve_file([0.1, 0.2, 0.3], [1, 1, 1, 1], **masks))
    scored = PixelMap(np.ones((2, 2), np.uint8), np.float32([[0.1, 0.15], [0.25, 0.9]]))
    data = explorer_data([Layer('cams', [scored], curve)], [], None, [(2, 2)], [[1]])
    assert data['layers'][0]['start'] == start and data['layers'][0]['thresholds'] == [0.1, 0.2, 0.3]
    assert unpacked(data['images'][0]['maps'][0]['levels'], (2, 2)).tolist() == [[0, 1], [2, 3]]
