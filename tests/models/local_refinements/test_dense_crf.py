import sys

import numpy as np
import pytest
import torch

from mmwsss.models import DenseCRF
from mmwsss.pseudo_labels import dense_crf_labels, dense_crf_probs
from mmwsss.utils.errors import InputError


@pytest.fixture
def image():
    return np.random.randint(0, 256, (24, 30, 3), dtype=np.uint8)


def chw(image):
    return torch.from_numpy(image.transpose(2, 0, 1).copy())


def test_scores_are_those_of_the_function(image):
    scores = torch.randn(4, 24, 30).softmax(dim=0)
    settings = dict(steps=3, gaussian_sxy=2, gaussian_compat=1, bilateral_sxy=20, bilateral_srgb=10,
                    bilateral_compat=4, min_prob=0.1)
    expected = dense_crf_probs(image, scores.numpy(), **settings)
    np.testing.assert_array_equal(DenseCRF(**settings).refine(chw(image), scores).numpy(), expected)


def test_labels_are_those_of_the_function(image):
    labels = np.random.randint(0, 3, (24, 30))
    settings = dict(gt_prob=0.6, steps=3, bilateral_sxy=20)
    for known in ({}, settings):
        refined = DenseCRF(**known).refine_labels(chw(image), torch.from_numpy(labels), 5)
        np.testing.assert_array_equal(refined.numpy(), dense_crf_labels(image, labels, 5, **known))


def test_larger_images_are_shrunk(image):
    scores = torch.randn(4, 24, 30).softmax(dim=0)
    same = DenseCRF(max_size=30).refine(chw(image), scores)
    torch.testing.assert_close(same, DenseCRF().refine(chw(image), scores), rtol=0, atol=0)
    # Blocks of 2 x 2 equal pixels: shrinking to half loses nothing.
    large, values = chw(np.kron(image, np.ones((2, 2, 1), np.uint8))), scores.repeat_interleave(2, 1)
    values = values.repeat_interleave(2, 2)
    found = DenseCRF(max_size=30).refine(large, values)
    expected = torch.nn.functional.interpolate(same[None], size=(48, 60), mode='bilinear', align_corners=False)[0]
    torch.testing.assert_close(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize('wrong', [0, -3, 2.5, 'large', True])
def test_wrong_max_size(wrong):
    with pytest.raises(InputError, match='max_size'):
        DenseCRF(max_size=wrong)


def test_without_pydensecrf(monkeypatch):
    monkeypatch.setitem(sys.modules, 'pydensecrf', None)
    monkeypatch.setitem(sys.modules, 'pydensecrf.densecrf', None)
    DenseCRF().check()
    with pytest.raises(InputError, match=r'mmwsss\[crf\]'):
        DenseCRF(backend='pydensecrf').check()
    with pytest.raises(InputError, match='cuda'):
        DenseCRF(backend='cuda').check()


def test_unknown_settings_are_refused():
    with pytest.raises(TypeError, match='bilateral_xy'):
        DenseCRF(bilateral_xy=3)
