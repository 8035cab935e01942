"""Counting pixels by score, winner and ground truth, against loops."""
import pytest
import torch
from cam_samples import THRESHOLDS, make_sample
from message_names import message_names

from mmwsss.evaluation.winner_histogram import threshold_areas, winner_histogram, winner_of
from mmwsss.utils.errors import InputError


def test_winner_histogram_counts_like_a_loop():
    sample = make_sample(7, size=(6, 5))
    score, winner = sample.cam_winner.score[0], sample.cam_winner.label[0]
    truth = sample.gt_sem_seg.data[0]
    score[5, 4] = float('nan')
    thresholds = torch.tensor(THRESHOLDS)
    expected = torch.zeros(len(THRESHOLDS) + 1, 5, 6, dtype=torch.int64)
    for y in range(6):
        for x in range(5):
            above = sum(bool(score[y, x] > threshold) for threshold in thresholds)
            true = 5 if truth[y, x] == 255 else truth[y, x]
            expected[above, winner[y, x], true] += 1
    counted = winner_histogram(score, winner, truth, thresholds, num_classes=5)
    assert torch.equal(counted, expected)
    as_byte = winner_histogram(score, winner, truth.byte(), thresholds, num_classes=5)
    assert torch.equal(as_byte, expected)


def test_areas_stay_exact_beyond_float32():
    histogram = torch.zeros(2, 2, 3, dtype=torch.int64)
    histogram[1, 1, 1] = 2**24 + 1  # float32 would drop the last pixel
    histogram[0, 1, 0] = 3
    intersect, union, predicted, true = threshold_areas(histogram)
    assert intersect.tolist() == [[3, 2**24 + 1]]
    assert union.tolist() == predicted.tolist() == true.tolist() == intersect.tolist()


def test_winner_label_of_background_stays_background():
    """Pixels without a kept class have label 0 and stay background at every threshold."""
    histogram = winner_histogram(torch.tensor([[0.5]]), torch.tensor([[0]]), torch.tensor([[0]]),
                                 torch.tensor([0.1]), num_classes=2)
    intersect, union, predicted, _ = threshold_areas(histogram)
    assert intersect.tolist() == union.tolist() == predicted.tolist() == [[1, 0]]


def test_winner_of_a_coarse_cam():
    cam = torch.tensor([[[1.0, 0.0]], [[0.2, 0.6]]])
    score, label = winner_of(cam, torch.tensor([4, 2]), (2, 4))
    # bilinear without aligned corners: 0.25 and 0.75 of the way between the two columns
    expected = torch.tensor([1.0, 0.75, 0.5, 0.6])
    assert torch.allclose(score, expected.expand(2, 4))
    assert torch.equal(label, torch.tensor([5, 5, 3, 3]).expand(2, 4))


def test_winner_of_no_class():
    score, label = winner_of(torch.zeros(0, 3, 3), torch.zeros(0, dtype=torch.int64), (7, 5))
    assert score.shape == label.shape == (7, 5)
    assert score.dtype == torch.float32 and label.dtype == torch.int64
    assert not score.any() and not label.any()


def test_winner_of_needs_a_key_for_each_cam():
    with pytest.raises(InputError, match=message_names(2, 1)):
        winner_of(torch.zeros(2, 3, 3), torch.tensor([0]), (6, 6))
