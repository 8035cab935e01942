"""The pixel correlation module against recorded tensors and against a plain oracle that keeps all affinities."""
import numpy as np
import pytest
import torch
from count_operators import CountOperators
from reference_seam import golden_head, tensors

from mmwsss.models import correlate, correlation_input
from mmwsss.models.heads import pixel_correlation


def plain(cam, feat):
    """The definition, one matrix of all affinities."""
    flat = feat.flatten(2)
    flat = flat / (flat.norm(dim=1, keepdim=True) + 1e-5)
    affinity = (flat.transpose(1, 2) @ flat).clamp(min=0)
    affinity = affinity / (affinity.sum(dim=1, keepdim=True) + 1e-5)
    return (cam.flatten(2) @ affinity).view_as(cam)


def test_golden(golden):
    data = golden('seam')
    cam, weight = tensors(data, 'pcm_cam', 'pcm_w')
    feat, = tensors(data, 'pcm_f', learn=True)
    revised = golden_head().correlation.revise(cam, feat)  # the CAM is smaller than the features
    np.testing.assert_allclose(revised.detach(), data['pcm_out'], atol=1e-5)
    (revised * weight).sum().backward()
    np.testing.assert_allclose(feat.grad[:, :16], data['pcm_grad_f'], atol=1e-3 * abs(data['pcm_grad_f']).max())
    np.testing.assert_allclose(feat.grad.norm(), data['pcm_grad_f_norm'], rtol=1e-4)


@pytest.mark.parametrize('block', [1, 3 * 30 * 7, 2**24])
def test_blocks_give_values_and_gradients_of_the_definition(block, monkeypatch):
    monkeypatch.setattr(pixel_correlation, 'BLOCK', block)
    cam, feat = torch.rand(3, 4, 5, 6, dtype=torch.float64), torch.randn(3, 7, 5, 6, dtype=torch.float64)
    ours, theirs = feat.clone().requires_grad_(), feat.clone().requires_grad_()
    weight = torch.randn_like(cam)
    found, expected = correlate(cam, ours), plain(cam, theirs)
    torch.testing.assert_close(found, expected)
    (found * weight).sum().backward()
    (expected * weight).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


def test_gradients_are_those_of_finite_differences():
    cam = torch.rand(1, 2, 3, 3, dtype=torch.float64)
    feat = torch.randn(1, 4, 3, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: correlate(cam, x), [feat])


def test_the_scores_get_no_gradient():
    cam = torch.rand(1, 2, 3, 3, requires_grad=True)
    feat = torch.randn(1, 4, 3, 3, requires_grad=True)
    correlate(cam, feat).sum().backward()
    assert cam.grad is None and feat.grad is not None


def test_few_operators_and_nothing_large_is_kept():
    cam, feat = torch.rand(1, 21, 16, 16), torch.randn(1, 192, 16, 16, requires_grad=True)
    with CountOperators() as counted:
        kept: list[int] = []
        with torch.autograd.graph.saved_tensors_hooks(lambda x: kept.append(x.numel()) or x, lambda x: x):
            revised = correlate(cam, feat)
        revised.sum().backward()
    assert counted.count <= 50
    assert max(kept) < 256 * 256  # the number of affinities


def test_half_precision_is_computed_in_float32():
    cam, feat = torch.rand(1, 2, 4, 4), torch.randn(1, 8, 4, 4)
    revised = correlate(cam, feat.bfloat16())
    assert revised.dtype == torch.float32
    torch.testing.assert_close(revised, plain(cam, feat.bfloat16().float()))
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = correlate(cam, feat)
    torch.testing.assert_close(found, plain(cam, feat))


def test_what_is_spread():
    scores = torch.tensor([[[4.0, -1.0]], [[1.0, 0.5]], [[-2.0, -3.0]]])[None]
    found = correlation_input(scores)[0, :, 0]  # maxima 4, 1, 0; the first pixel has two winners, within 1e-5
    assert found[0, 0] == pytest.approx(0, abs=2e-5) and found[0, 1] == pytest.approx(0.5, abs=2e-5)
    np.testing.assert_allclose(found[1:, 1], [0, 0.5, 0], atol=2e-5)
    assert found[1, 0] == pytest.approx(1, abs=2e-5) and found[2, 0] == 0 == found[3, 0]
