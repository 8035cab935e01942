"""Merging maps: small hand-computed cases."""
import pytest
import torch

from mmwsss.pseudo_labels.cam import (
    against_background,
    merge_cams,
    merge_scales,
    mirror_max_sum,
    mirror_pairs,
    normalize_cam,
    scaled_size,
    strided_size,
    sum_all,
    winner,
)


def test_sizes():
    assert scaled_size((375, 500), 0.5) == (188, 250)  # 187.5 goes to the even neighbour, as in NumPy
    assert scaled_size((375, 500), 1.5) == (562, 750)
    assert scaled_size((1, 1), 0.25) == (1, 1)
    assert strided_size((375, 500)) == (94, 125) and strided_size((1, 4)) == (1, 1)


def test_rules_on_a_mirror_pair_and_two_scales():
    cams = torch.tensor([[[[1., 2., 3.]]], [[[9., 0., 0.]]]])  # the second: of the mirror image
    pair = mirror_pairs(cams)[:, 0]
    assert pair.tolist() == [[[[1., 2., 3.]]], [[[0., 0., 9.]]]]
    small = torch.tensor([[[[2.]]], [[[4.]]]])
    torch.testing.assert_close(mirror_max_sum([pair, small], (1, 3)), torch.tensor([[[5., 6., 13.]]]) / 13.00001)
    torch.testing.assert_close(sum_all([pair, small], (1, 3)), torch.tensor([[[7., 8., 18.]]]) / 18.00001)
    torch.testing.assert_close(mirror_max_sum([pair[:1]], (1, 3)), sum_all([pair[:1]], (1, 3)))  # no mirror image
    assert mirror_max_sum([pair[:, :0]], (1, 3)).shape == sum_all([pair[:, :0]], (1, 3)).shape == (0, 1, 3)


def test_normalize():
    cam = torch.tensor([[[1., 4.]], [[0., 0.]]])
    torch.testing.assert_close(normalize_cam(cam), torch.tensor([[[1 / 4.00001, 4 / 4.00001]], [[0., 0.]]]))
    assert normalize_cam(cam[:0]).shape == (0, 1, 2)


def test_scales_are_resized_before_the_sum():
    small, large = torch.tensor([[[2.]]]), torch.tensor([[[1., 3.], [1., 3.]]])
    merged = merge_scales([small, large], (2, 2))
    torch.testing.assert_close(merged, torch.tensor([[[3., 5.], [3., 5.]]]) / 5.00001)


@pytest.mark.parametrize('rule', [mirror_max_sum, sum_all])
def test_both_maps_are_merged_at_their_own_size(rule):
    """Also where the image's size is no multiple of the stride, as the VWE and AffinityNet codes do."""
    torch.manual_seed(0)
    cams = [torch.rand(2, 3, 2, 3), torch.rand(2, 3, 4, 5)]
    for found, size in zip(merge_cams(cams, (29, 38), rule), ((8, 10), (29, 38)), strict=True):
        total = torch.zeros(3, *size)
        for cam in cams:
            pair = torch.maximum(cam[0], cam[1]) if rule is mirror_max_sum else cam[0] + cam[1]
            total += torch.nn.functional.interpolate(pair[None], size=size, mode='bilinear')[0]
        torch.testing.assert_close(found, total / (total.amax(dim=(1, 2), keepdim=True) + 1e-5))


def test_winner():
    cam = torch.tensor([[[.2, .9]], [[.5, .1]]])
    score, label = winner(cam, torch.tensor([3, 7]))
    torch.testing.assert_close(score, torch.tensor([[.5, .9]]))
    assert label.tolist() == [[8, 4]]
    score, label = winner(cam[:0], torch.tensor([], dtype=torch.int64))
    assert score.tolist() == [[0, 0]] and label.tolist() == [[0, 0]]


def test_scores_against_the_background():
    classes = torch.tensor([0.0, 0.1, 0.3, 0.4, 0.5, 0.9, 0.9, 0.0])
    background = torch.tensor([0.5, 0.4, 0.6, 0.4, 0.4, 0.1, 0.0, 0.0])
    scores = against_background(classes, background)
    torch.testing.assert_close(scores, torch.tensor([0, 0.2, 1 / 3, 0.5, 0.55, 0.9, 0.95, 0]), atol=2e-5, rtol=0)
    assert torch.equal(scores > 0.5, classes > background)
    assert (against_background(classes[None].expand(2, 8), background.flip(0)[None]).shape) == (2, 8)
