"""DeepLabv2's head against explicit sums."""
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample

import mmwsss.models  # noqa: F401
from mmwsss.utils.errors import InputError


def build(**kwargs):
    init_default_scope('mmseg')
    head = MODELS.build(dict(type='DeepLabV2Head', **dict(dict(
        in_channels=5, num_classes=3, loss_decode=dict(type='CrossEntropyLoss', avg_non_ignore=True)), **kwargs)))
    head.init_weights()
    return head


def slow_logits(head, feat):
    """Every branch, tap by tap: the pixel `dilation` away, 0 outside of the map."""
    height, width = feat.shape[2:]
    logits = torch.zeros(len(feat), head.num_classes, height, width)
    for branch in head.branches:
        logits += branch.bias[:, None, None]
        for y in range(height):
            for x in range(width):
                for row in range(3):
                    for column in range(3):
                        top, left = y + (row - 1) * branch.dilation[0], x + (column - 1) * branch.dilation[0]
                        if 0 <= top < height and 0 <= left < width:
                            logits[:, :, y, x] += feat[:, :, top, left] @ branch.weight[:, :, row, column].t()
    return logits


@pytest.mark.parametrize('size', [(7, 9), (1, 1), (1, 4)])
def test_sum_of_branches(size):
    head = build(dilations=(1, 2, 5))
    for parameter in head.parameters():
        parameter.data.normal_()
    feat = torch.randn(2, 5, *size)
    with torch.no_grad():
        torch.testing.assert_close(head((torch.zeros(2, 1, 1, 1), feat)), slow_logits(head, feat), atol=1e-4, rtol=0)


def test_published_structure_and_initialisation():
    head = build(in_channels=64, num_classes=21)
    assert [branch.dilation for branch in head.branches] == [(6, 6), (12, 12), (18, 18), (24, 24)]
    weights = torch.cat([branch.weight.flatten() for branch in head.branches])
    assert abs(weights.std() - 0.01) < 2e-4 and abs(weights.mean()) < 2e-4
    assert all(branch.bias.abs().max() == 0 for branch in head.branches)
    assert {name.split('.')[0] for name, _ in head.named_parameters()} == {'branches'}  # without conv_seg


@pytest.mark.parametrize('autocast', [False, True])
def test_every_parameter_learns_and_ignored_pixels_do_not_count(autocast):
    head = build(dilations=(1, 2))
    feat = torch.randn(1, 5, 4, 4)
    label = torch.randint(0, 3, (1, 8, 8))
    label[:, 4:] = 255
    sample = SegDataSample(gt_sem_seg=PixelData(data=label))
    with torch.autocast('cpu', torch.bfloat16, enabled=autocast):
        logits = head([feat])
        losses = head.loss_by_feat(logits, [sample])
    assert logits.dtype == (torch.bfloat16 if autocast else torch.float32)
    large = torch.nn.functional.interpolate(logits.float(), size=(8, 8), mode='bilinear')
    probs = large.softmax(dim=1)[0]
    wanted = -torch.stack([probs[label[0, y, x], y, x].log() for y in range(4) for x in range(8)]).mean()
    torch.testing.assert_close(losses['loss_ce'], wanted, atol=1e-3 if autocast else 1e-6, rtol=0)
    losses['loss_ce'].backward()
    assert all(bool(parameter.grad.isfinite().all()) and parameter.grad.abs().sum() > 0
               for parameter in head.parameters())


def test_takes_the_place_of_a_head_of_mmseg():
    """Only the type changes in a standard config; several levels are joined at the size of the first."""
    head = build(in_channels=(2, 3), in_index=(0, 1), input_transform='resize_concat', channels=16, dropout_ratio=0.1,
                 dilations=(1, 2), norm_cfg=dict(type='BN'),
                 loss_decode=dict(type='PixelCrossEntropyLoss', use_sigmoid=False, loss_weight=1.0))
    fine, coarse = torch.randn(1, 2, 6, 8), torch.randn(1, 3, 3, 4)
    joined = torch.cat([fine, torch.nn.functional.interpolate(coarse, size=(6, 8), mode='bilinear')], dim=1)
    with torch.no_grad():
        torch.testing.assert_close(head.eval()((fine, coarse)), slow_logits(head, joined), atol=1e-5, rtol=0)
        assert head.dropout.p == 0.1
        head.train().dropout.p = 1.0
        assert head((fine, coarse)).abs().max() == 0  # nothing is left but biases, which are 0
    assert {name.split('.')[0] for name, _ in head.named_parameters()} == {'branches'}


@pytest.mark.parametrize('kind', ['PixelCrossEntropyLoss', 'BalancedCrossEntropyLoss', 'CrossEntropyLoss'])
@pytest.mark.parametrize('thresh', [None, 0.7])
def test_hard_pixels_are_sampled(kind, thresh):
    head = build(dilations=(1, ), sampler=dict(type='OHEMPixelSampler', thresh=thresh, min_kept=4),
                 loss_decode=dict(type=kind))
    head.branches[0].weight.data.normal_()
    label = torch.randint(0, 3, (1, 4, 4))
    label[:, 0] = 255
    logits = head([torch.randn(1, 5, 4, 4)])
    loss = head.loss_by_feat(logits, [SegDataSample(gt_sem_seg=PixelData(data=label))])[head.loss_decode.loss_name]
    values = -logits.log_softmax(dim=1)[0].gather(0, label.clamp(max=2))[0]
    certain = (-values).exp()[label[0] != 255].sort().values
    limit = values[label[0] != 255].sort().values[-4] if thresh is None else -max(certain[4], torch.tensor(0.7)).log()
    kept = (values >= limit if thresh is None else values > limit) & (label[0] != 255)
    if kind == 'PixelCrossEntropyLoss':
        torch.testing.assert_close(loss, values[kept].sum() / 12)
    assert loss > 0 and kept.sum() >= 4


def test_bad_settings():
    with pytest.raises(InputError, match=message_names('input_transform', 'multiple_select')):
        build(in_channels=(2, 3), in_index=(0, 1), input_transform='multiple_select')
    with pytest.raises(InputError, match='dilations'):
        build(dilations=())
    with pytest.raises(InputError, match=message_names('in_channels=5', 4)):
        build()([torch.zeros(1, 4, 2, 2)])
