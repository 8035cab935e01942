"""SEAM's losses against recorded tensors and plain oracles."""
import numpy as np
import pytest
import torch
from reference_seam import tensors

from mmwsss.models import (
    cross_regularization_loss,
    equivariance_loss,
    keep_winner,
    lowest_quarter_loss,
    normalize_range,
)
from mmwsss.models.heads.pixel_correlation import resize_aligned


def test_golden_normalisation(golden):
    data = golden('seam')
    maps, = tensors(data, 'norm_x', learn=True)
    normalised = normalize_range(maps)
    np.testing.assert_allclose(normalised.detach(), data['norm_y'], atol=1e-5)
    (normalised * torch.from_numpy(data['norm_w'])).sum().backward()
    np.testing.assert_allclose(maps.grad, data['norm_grad'], atol=1e-3)


def test_golden_losses_one_by_one(golden):
    data = golden('seam')
    label = torch.from_numpy(data['loss_label'])[..., None, None]
    first, second = data['loss_crop'].tolist()
    cams, revised, lowest, logits = [], [], [], []
    for view, side in ((1, first), (2, second)):
        cam, rv = (resize_aligned(maps, (side, side))
                   for maps in tensors(data, f'loss_cam{view}', f'loss_rv{view}'))
        lowest.append(lowest_quarter_loss(rv[:, 1:] * label).item())
        logits.append(cam[:, 1:].mean((2, 3)))
        cams.append(resize_aligned(normalize_range(cam[:, 1:]), (second, second)) * label)
        rv = resize_aligned(normalize_range(rv), (second, second))
        revised.append(torch.cat([rv[:, :1], rv[:, 1:] * label], dim=1))
    classification = [torch.nn.functional.multilabel_soft_margin_loss(x, label.flatten(1)).item() for x in logits]
    crossed = [cross_regularization_loss(cams[1], revised[0]).item(),
               cross_regularization_loss(cams[0], revised[1]).item()]
    # ECR 1 is about the revised map of the first view
    np.testing.assert_allclose([*classification, *lowest, equivariance_loss(*cams).item(), *crossed],
                               data['losses'][:7], atol=1e-5)


def test_keep_winner():
    classes = torch.tensor([0.2, 0.7, 0.0]).view(1, 3, 1, 1)
    np.testing.assert_allclose(keep_winner(classes).flatten(), [0.3, 0, 0.7, 0], atol=1e-6)


@pytest.mark.parametrize(('classes', 'mined', 'count'), [(20, 21, 252), (6, 21, 252), (6, None, 84), (2, 21, 252)])
def test_mining_takes_a_fifth(classes, mined, count):
    """60 pixels: 21 * 60 * 0.2 = 252 differences, 7 * 60 * 0.2 = 84; `count` divides also where there are fewer."""
    cam, revised = torch.rand(2, classes, 6, 10), torch.rand(2, classes + 1, 6, 10)
    total = 0
    for target, one in zip(keep_winner(cam), revised, strict=True):
        total += sum(sorted(abs(target - one).flatten().tolist(), reverse=True)[:count]) / count / 2
    assert cross_regularization_loss(cam, revised, mined).item() == pytest.approx(total, rel=1e-5)


def test_the_target_gets_no_gradient():
    cam, revised = torch.rand(1, 3, 4, 4, requires_grad=True), torch.rand(1, 4, 4, 4, requires_grad=True)
    cross_regularization_loss(cam, revised).backward()
    assert cam.grad is None and revised.grad.abs().sum() > 0


def test_lowest_quarter():
    maps = torch.arange(10.0).view(1, 1, 2, 5).repeat(1, 2, 1, 1)
    maps[0, 0, 0, 0] = -3
    maps[0, 1, 0, 0] = -2  # the strongest class of the pixel is below 0
    assert lowest_quarter_loss(maps).item() == pytest.approx((0 + 1) / 2)  # two of ten pixels
    assert lowest_quarter_loss(torch.full((1, 1, 1, 2), 4.0)).item() == 4


def test_absent_classes_count_in_er():
    first, second = torch.zeros(1, 20, 2, 2), torch.zeros(1, 20, 2, 2)
    first[:, 3] = 1
    assert equivariance_loss(first, second).item() == pytest.approx(1 / 20)
