"""Cross entropies of pixels against a loop over them, and against MMSeg's."""
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS

from mmwsss.models import BalancedCrossEntropyLoss, PixelCrossEntropyLoss, SmoothedCrossEntropyLoss
from mmwsss.utils.errors import InputError


def slow_loss(logits, label, weight=None):
    """Mean over background pixels and mean over foreground pixels, halved."""
    kinds = {'background': [], 'foreground': []}
    for n, y, x in torch.cartesian_prod(*map(torch.arange, label.shape)).tolist():
        truth = int(label[n, y, x])
        if truth == 255:
            continue
        value = torch.logsumexp(logits[n, :, y, x], dim=0) - logits[n, truth, y, x]
        kinds['foreground' if truth else 'background'].append(value * (1 if weight is None else weight[n, y, x]))
    return sum(sum(values) / len(values) for values in kinds.values() if values) / 2


@pytest.mark.parametrize('values', [(0, 1, 2, 255), (0, 255), (1, 2), (0, )])
def test_against_a_loop(values):
    logits = 3 * torch.randn(2, 3, 4, 5)
    label = torch.tensor(values)[torch.randint(0, len(values), (2, 4, 5))]
    loss = BalancedCrossEntropyLoss()
    torch.testing.assert_close(loss(logits, label), slow_loss(logits, label))
    weight = torch.rand(2, 4, 5)
    torch.testing.assert_close(loss(logits, label, weight), slow_loss(logits, label, weight))
    torch.testing.assert_close(BalancedCrossEntropyLoss(loss_weight=0.3)(logits, label), 0.3 * loss(logits, label))


@pytest.mark.parametrize('values', [(0, 1, 2, 255), (0, 255), (1, 2)])
def test_is_that_of_mmseg_on_one_process(values):
    init_default_scope('mmseg')
    logits = 3 * torch.randn(2, 3, 4, 5)
    label = torch.tensor(values)[torch.randint(0, len(values), (2, 4, 5))]
    reference = MODELS.build(dict(type='CrossEntropyLoss', avg_non_ignore=True, loss_weight=0.3))
    torch.testing.assert_close(PixelCrossEntropyLoss(loss_weight=0.3)(logits, label),
                               reference(logits, label, ignore_index=255))
    picked = [torch.logsumexp(logits[n, :, y, x], 0) - logits[n, label[n, y, x], y, x]
              for n, y, x in torch.cartesian_prod(*map(torch.arange, label.shape)).tolist() if label[n, y, x] != 255]
    torch.testing.assert_close(PixelCrossEntropyLoss()(logits, label), sum(picked) / len(picked))


@pytest.mark.parametrize('kind', [BalancedCrossEntropyLoss, PixelCrossEntropyLoss])
def test_nothing_to_learn_from(kind):
    logits = torch.randn(1, 3, 2, 2, requires_grad=True)
    loss = kind()(logits, torch.full((1, 2, 2), 255))
    loss.backward()
    assert loss == 0 and logits.grad.abs().max() == 0


@pytest.mark.parametrize('dtype', [torch.float16, torch.bfloat16])
@pytest.mark.parametrize('kind', [PixelCrossEntropyLoss, BalancedCrossEntropyLoss, SmoothedCrossEntropyLoss])
def test_half_precision_can_count_the_pixels(kind, dtype):
    """There are more than 65504 of them, float16's largest number."""
    logits = torch.randn(1, 3, 321, 321).to(dtype).requires_grad_()
    label = torch.randint(0, 3, (1, 321, 321))
    loss = kind()(logits, label)
    torch.testing.assert_close(loss, kind()(logits.float(), label), rtol=1e-6, atol=0)
    loss.backward()
    assert logits.grad.dtype == dtype and logits.grad.isfinite().all()


def test_background_does_not_drown_the_foreground():
    """One foreground pixel weighs as much as fifteen of the background."""
    logits = torch.zeros(1, 2, 4, 4, requires_grad=True)
    label = torch.zeros(1, 4, 4, dtype=torch.int64)
    label[0, 0, 0] = 1
    BalancedCrossEntropyLoss()(logits, label).backward()
    gradient = logits.grad[0, 0]
    torch.testing.assert_close(gradient[0, 0], -(gradient.sum() - gradient[0, 0]))


def test_another_ignored_label_is_no_background():
    logits, label = torch.randn(1, 3, 2, 2), torch.tensor([[[0, 1], [2, 0]]])
    losses = torch.nn.functional.cross_entropy(logits, label, reduction='none')
    torch.testing.assert_close(BalancedCrossEntropyLoss()(logits, label, ignore_index=0),
                               (losses[0, 0, 1] + losses[0, 1, 0]) / 4)


@pytest.mark.parametrize('kind', [BalancedCrossEntropyLoss, PixelCrossEntropyLoss])
def test_the_loss_of_each_pixel(kind):
    logits, label = torch.randn(2, 3, 4, 5), torch.randint(0, 3, (2, 4, 5))
    label[0, 0] = 255
    losses = kind(loss_weight=0.5)(logits, label, reduction_override='none')
    torch.testing.assert_close(losses, 0.5 * torch.nn.functional.cross_entropy(logits, label, reduction='none',
                                                                               ignore_index=255))
    with pytest.raises(InputError, match=message_names('reduction_override', "'sum'")):
        kind()(logits, label, reduction_override='sum')
    with pytest.raises(InputError, match='use_sigmoid'):
        kind(use_sigmoid=True)


def test_as_loss_of_a_head():
    init_default_scope('mmseg')
    head = MODELS.build(dict(type='DeepLabV2Head', in_channels=2, num_classes=3,
                             loss_decode=dict(type='BalancedCrossEntropyLoss')))
    assert head.loss_decode.loss_name == 'loss_balanced_ce'
