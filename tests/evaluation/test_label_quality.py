import numpy as np
import pytest
from message_names import message_names

from mmwsss.evaluation.label_quality import count_labels, label_quality
from mmwsss.utils.errors import InputError


def slow_quality(label, truth, num_classes):
    """A slow loop over pixels."""
    pairs = [(int(a), int(b)) for a, b in zip(label.ravel(), truth.ravel(), strict=True) if b != 255]
    labelled = [(a, b) for a, b in pairs if a != 255]
    every = [(0 if a == 255 else a, b) for a, b in pairs]

    def iou(pixels, c):
        union = sum(c in pixel for pixel in pixels)
        return 100 * sum(pixel == (c, c) for pixel in pixels) / union if union else np.nan

    return (100 * len(labelled) / len(pairs), 100 * sum(a == b for a, b in labelled) / len(labelled),
            [iou(labelled, c) for c in range(num_classes)], [iou(every, c) for c in range(num_classes)])


def test_against_a_slow_count():
    rng = np.random.default_rng(0)
    label = rng.choice([0, 1, 2, 255], size=(20, 30)).astype(np.uint8)
    truth = rng.choice([0, 1, 2, 3, 255], size=(20, 30)).astype(np.uint8)
    quality = label_quality(count_labels(label[:10], truth[:10], 5) + count_labels(label[10:], truth[10:], 5))
    coverage, accuracy, iou, iou_all = slow_quality(label, truth, 5)
    assert quality.coverage == pytest.approx(coverage) and quality.accuracy == pytest.approx(accuracy)
    np.testing.assert_allclose(quality.iou, iou)
    np.testing.assert_allclose(quality.iou_all, iou_all)
    assert np.isnan(quality.iou[4])


def test_nothing_labelled():
    quality = label_quality(count_labels(np.full((3, 3), 255, np.uint8), np.zeros((3, 3), np.uint8), 2))
    assert quality.coverage == 0 and np.isnan(quality.accuracy) and np.isnan(quality.iou).all()
    assert quality.iou_all[0] == 100


@pytest.mark.parametrize(('label', 'truth', 'named'), [
    (np.zeros((2, 3), np.uint8), np.zeros((3, 2), np.uint8), [(2, 3), (3, 2)]),
    (np.full((2, 2), 7, np.uint8), np.zeros((2, 2), np.uint8), [7]),
    (np.zeros((2, 2), np.uint8), np.full((2, 2), 4, np.uint8), [4])])
def test_what_does_not_fit(label, truth, named):
    with pytest.raises(InputError, match=message_names(*named)):
        count_labels(label, truth, 3)
