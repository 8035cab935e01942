"""1-Stage's loss on pseudo masks."""
import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mmwsss.models import PseudoMaskLoss, pseudo_mask_loss


@pytest.fixture
def data(golden):
    found = {key: torch.from_numpy(value) for key, value in golden('onestage').items() if key.startswith('pm_')}
    one_hot = found['pm_gt'].long()
    found['target'] = torch.where(one_hot.sum(1) > 0, one_hot.argmax(1), torch.tensor(255))
    return found


def test_golden(data):
    logits = data['pm_logits'].requires_grad_()
    losses = pseudo_mask_loss(logits, data['target'], data['pm_labels'])
    np.testing.assert_allclose(losses.detach(), data['pm_loss'], rtol=0, atol=1e-5)
    loss = PseudoMaskLoss()(logits, data['target'], data['pm_labels'])
    loss.backward()
    np.testing.assert_allclose(loss.item(), data['pm_loss'].mean(), rtol=0, atol=1e-5)
    wanted = data['pm_grad']
    np.testing.assert_allclose(logits.grad, wanted, rtol=0, atol=1e-3 * wanted.abs().max().item())


def test_golden_plain_loss(data):
    loss = PseudoMaskLoss(balanced=False, loss_weight=2.0)(data['pm_logits'], data['target'], data['pm_labels'])
    np.testing.assert_allclose(loss / 2, data['pm_loss_plain'], rtol=0, atol=1e-5)


def slow_loss(logits, target, labels):
    """Pixel by pixel."""
    kept = [(y, x) for y, x in np.ndindex(*target.shape) if target[y, x] != 255]
    found = {int(target[place]) for place in kept}
    if len(found) != int(labels.sum()) + 1:
        return 0.0
    total = 0.0
    for y, x in kept:
        label = int(target[y, x])
        count = int((target == label).sum())
        entropy = -logits[:, y, x].log_softmax(0)[label].item()
        total += (len(kept) - count) / (1 + len(kept)) * entropy
    return total / target.numel()


def test_equals_a_loop():
    logits = torch.randn(5, 4, 7, 6)
    target = torch.randint(0, 4, (5, 7, 6))
    target[:, :3] = 255
    target[1] = 255  # nothing is kept
    target[2] = 0  # background alone, without labels
    target[3][target[3] == 2] = 0
    labels = torch.tensor([[1., 1, 1], [1, 1, 1], [0, 0, 0], [1, 0, 1], [1, 1, 0]])
    wanted = [slow_loss(*one) for one in zip(logits, target, labels, strict=True)]
    assert wanted[0] > 0 and wanted[3] > 0 and wanted[1] == wanted[2] == wanted[4] == 0
    torch.testing.assert_close(pseudo_mask_loss(logits, target, labels), torch.tensor(wanted))
    small = torch.randn(5, 4, 3, 2)
    large = F.interpolate(small, size=(7, 6), mode='bilinear', align_corners=True)
    torch.testing.assert_close(pseudo_mask_loss(small, target, labels), pseudo_mask_loss(large, target, labels))


def test_half_precision(data):
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = pseudo_mask_loss(data['pm_logits'], data['target'], data['pm_labels'])
    np.testing.assert_allclose(found, data['pm_loss'], rtol=0, atol=1e-5)
