"""The loss of boundaries against a loop over pixels."""
import math

import pytest
import torch

from mmwsss.models.losses import boundary_loss


def slow_loss(logits, labels, weights):
    """Sums over pixels; `weights` are the roots of the boundary's probabilities."""
    sums, counts = [0.0, 0.0, 0.0], [0, 0, 0]
    for n, y, x in torch.cartesian_prod(*map(torch.arange, labels.shape)).tolist():
        kind = int(labels[n, y, x])
        if kind > 2:
            continue
        p = logits[n, y, x].sigmoid().clamp(1e-4, 1 - 1e-4)
        sums[kind] = sums[kind] - (p.log() * weights[n, y, x] if kind == 2 else (1 - p).log())
        counts[kind] += 1
    background, in_object, boundary = (total / (count + 1) for total, count in zip(sums, counts, strict=True))
    return dict(loss_inner=(background + in_object) / 2, loss_boundary=boundary)


@pytest.mark.parametrize('values', [(0, 1, 2, 255), (0, 2), (1, ), (255, )])
def test_against_a_loop(values):
    logits = (6 * torch.randn(2, 4, 5)).requires_grad_()
    labels = torch.tensor(values, dtype=torch.uint8)[torch.randint(0, len(values), (2, 4, 5))]
    found = boundary_loss(logits, labels)
    weights = logits.detach().sigmoid().clamp(1e-4, 1 - 1e-4).sqrt()
    expected = slow_loss(logits, labels, weights)
    for name in found:
        torch.testing.assert_close(found[name], torch.as_tensor(expected[name]))
    gradient, = torch.autograd.grad(sum(found.values()), logits)
    if values == (255, ):
        assert not gradient.any()
        return
    wanted, = torch.autograd.grad(sum(expected.values()), logits)
    torch.testing.assert_close(gradient, wanted)


def test_the_weight_of_a_boundary_has_no_gradient():
    logit = torch.zeros(1, 1, 1, requires_grad=True)
    loss = boundary_loss(logit, torch.full((1, 1, 1), 2))['loss_boundary']
    assert loss.item() == pytest.approx(math.log(2) * 0.5**0.5 / 2)
    loss.backward()
    assert logit.grad.item() == pytest.approx(-0.5 * 0.5**0.5 / 2)


def test_certain_predictions_stay_finite():
    logits = torch.tensor([[[1e4, -1e4]]], requires_grad=True)
    losses = boundary_loss(logits, torch.tensor([[[0, 2]]]))
    assert losses['loss_inner'].item() == pytest.approx(-math.log(1e-4) / 4, rel=1e-3)
    assert losses['loss_boundary'].item() == pytest.approx(-math.log(1e-4) * 1e-2 / 2, rel=1e-3)
    sum(losses.values()).backward()
    assert logits.grad.isfinite().all()


def test_half_precision():
    losses = boundary_loss(torch.randn(1, 4, 4).half(), torch.randint(0, 3, (1, 4, 4)))
    assert all(loss.dtype == torch.float32 and loss > 0 for loss in losses.values())
