"""Attention pooling against the authors' tensors and its limits."""
import numpy as np
import pytest
import torch
from mmpretrain.models.necks import GlobalAveragePooling

from mmwsss.models import AttentionPooling, CAMHead, Features, GlobalMaxPooling


def test_reference(golden):
    data = golden('bes')
    feat = torch.from_numpy(data['bes_feat']).requires_grad_()
    head = CAMHead(num_classes=20, in_channels=16)
    head.classifier.weight.data = torch.from_numpy(data['bes_weight'])
    neck = AttentionPooling(scale=float(data['bes_k']))
    logits = head.logits(Features(torch.zeros(2, 3, 8, 8), (feat, ), neck(feat)))
    scale = np.abs(data['bes_logits']).max()  # about 1000: rounding is 1e-4
    np.testing.assert_allclose(logits.detach() / scale, data['bes_logits'] / scale, atol=1e-6)
    (logits * torch.arange(40).reshape(2, 20) / 40).sum().backward()
    np.testing.assert_allclose(feat.grad, data['bes_grad'], atol=1e-3 * np.abs(data['bes_grad']).max())
    assert AttentionPooling().scale == pytest.approx(float(data['bes_k']))


def test_average_and_maximum_are_its_ends():
    feat = torch.randn(2, 5, 7, 6)
    torch.testing.assert_close(AttentionPooling(scale=0)(feat), GlobalAveragePooling()(feat))
    torch.testing.assert_close(AttentionPooling(scale=1e4)(feat), GlobalMaxPooling()(feat), atol=1e-3, rtol=0)


def test_weights_by_hand():
    feat = torch.tensor([[[[0.0, 2.0]]]], requires_grad=True)
    pooled = AttentionPooling(scale=np.log(3) / 2)(feat)  # weights 1/4 and 3/4
    assert pooled.item() == pytest.approx(1.5)
    pooled.sum().backward()
    torch.testing.assert_close(feat.grad, torch.tensor([[[[0.25, 0.75]]]]))


def test_shows_its_setting():
    assert 'scale=0.001' in repr(AttentionPooling())
