import pytest
import torch
from message_names import message_names

from mmwsss.pseudo_labels import label_scores, refine_labels
from mmwsss.utils.errors import InputError

IMAGE = torch.zeros(3, 2, 3, dtype=torch.uint8)
LABELS = torch.tensor([[0, 2, 2], [3, 0, 0]])


@pytest.mark.parametrize('dtype', [torch.int64, torch.uint8])
def test_scores_by_hand(dtype):
    scores = label_scores(LABELS.to(dtype), 5, gt_prob=0.6)
    assert scores.shape == (5, 2, 3) and scores.dtype == torch.float32
    assert torch.equal(scores.argmax(dim=0), LABELS)
    torch.testing.assert_close(scores.sum(dim=0), torch.ones(2, 3))
    torch.testing.assert_close(scores[:, 1, 0], torch.tensor([0.1, 0.1, 0.1, 0.6, 0.1]))


def test_one_label():
    assert torch.equal(label_scores(LABELS * 0, 1), torch.ones(1, 2, 3))


def test_labels_that_are_absent_stay_absent():
    def favour_the_second(image, scores):
        assert torch.equal(image, IMAGE)
        return scores + torch.tensor([0, 9, 0, 1, 0])[:, None, None]

    refined = refine_labels(favour_the_second, IMAGE, LABELS, 5)
    assert refined.dtype == torch.int64 and refined.unique().tolist() == [3]


def test_a_single_label_is_not_refined():
    def fail(image, scores):
        raise AssertionError

    assert torch.equal(refine_labels(fail, IMAGE, LABELS * 0 + 4, 5), LABELS * 0 + 4)


def test_maps_of_an_image_as_each_alone():
    maps = torch.stack([LABELS, LABELS.flip(0)])
    scores = label_scores(maps, 4, 0.6)
    assert scores.shape == (2, 4, 2, 3)
    for found, labels in zip(scores, maps, strict=True):
        torch.testing.assert_close(found, label_scores(labels, 4, 0.6))


def test_labels_stay_absent_in_each_map():
    def favour_the_last(image, scores):
        return torch.arange(4.).view(4, 1, 1).expand_as(scores)

    refined = refine_labels(favour_the_last, IMAGE, torch.stack([LABELS.clamp(max=2), LABELS * 0 + 1]), 4)
    assert refined.tolist() == [[[2] * 3] * 2, [[1] * 3] * 2]


@pytest.mark.parametrize(('labels', 'num_labels', 'gt_prob', 'named'), [
    (LABELS, 3, 0.7, ['0..2']), (LABELS - 1, 5, 0.7, ['0..4']), (LABELS.float(), 5, 0.7, ['torch.float32']),
    (LABELS[0], 5, 0.7, [(3, )]), (LABELS, 5, 1.0, ['gt_prob=1.0']), (LABELS, 5, 0, ['gt_prob=0'])])
def test_bad_labels(labels, num_labels, gt_prob, named):
    with pytest.raises(InputError, match=message_names(*named)):
        label_scores(labels, num_labels, gt_prob)
    with pytest.raises(InputError, match=message_names(*named)):
        refine_labels(lambda image, scores: scores, IMAGE, labels, num_labels, gt_prob)
