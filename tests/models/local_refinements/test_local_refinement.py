"""What every local refinement must do: those of the package, found by themselves, and one outside of it."""
import pickle

import pytest
import torch
from mmengine.registry import DefaultScope
from reference_network import REPO

from mmwsss.registry import LOCAL_REFINEMENTS
from mmwsss.utils.errors import InputError

EXAMPLES = REPO / 'tests/examples'
LOCAL_REFINEMENTS.import_from_location()
NAMES = sorted(name for name, item in LOCAL_REFINEMENTS.module_dict.items() if item.__module__.startswith('mmwsss.'))


@pytest.fixture(params=[*NAMES, 'MeanRefinement'])
def refinement(request, monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES)
    __import__('mean_refinement')
    refinement = LOCAL_REFINEMENTS.build(dict(type=request.param))
    try:
        refinement.check()
    except InputError as error:
        pytest.skip(str(error))
    return refinement


def halves():
    """An image of two colours with some noise, and scores that prefer one class on its left side, two columns off."""
    image = torch.zeros(3, 24, 30)
    image[0, :, :15] = image[2, :, 15:] = 200
    labels = (torch.arange(30) >= 17).long().expand(24, 30)
    return (image + 20 * torch.rand(3, 24, 30)).byte(), torch.stack([labels == 0, labels == 1]).float() * 0.6 + 0.2


def test_the_package_has_some():
    assert 'DenseCRF' in NAMES


def test_building_warns_of_nothing(capfd):
    with DefaultScope.overwrite_default_scope('mmseg'):
        LOCAL_REFINEMENTS.build(dict(type='DenseCRF'))
    printed = ''.join(capfd.readouterr())
    assert 'WARNING' not in printed and 'Failed' not in printed


@pytest.mark.parametrize('classes', [1, 2, 3, 21])
def test_shapes_and_sums(refinement, classes):
    image, scores = (torch.rand(3, 24, 30) * 256).byte(), (3 * torch.randn(classes, 24, 30)).softmax(dim=0)
    kept = image.clone(), scores.clone()
    refined = refinement.refine(image, scores)
    assert refined.shape == scores.shape and refined.dtype == torch.float32 and refined.device == scores.device
    assert refined.min() >= 0
    total = refined.sum(dim=0)
    torch.testing.assert_close(total, total[:1, :1].expand(24, 30), rtol=0, atol=1e-5)
    assert torch.equal(image, kept[0]) and torch.equal(scores, kept[1])
    torch.testing.assert_close(refinement.refine(image, scores), refined)


def test_memory_in_any_order(refinement):
    image, scores = halves()
    other = image.permute(1, 2, 0).contiguous().permute(2, 0, 1), scores.permute(1, 2, 0).contiguous().permute(2, 0, 1)
    torch.testing.assert_close(refinement.refine(*other), refinement.refine(image, scores))


def test_certain_scores_on_a_constant_image_stay_certain(refinement):
    scores = torch.zeros(3, 12, 15)
    scores[1] = 1
    refined = refinement.refine(torch.full((3, 12, 15), 90, dtype=torch.uint8), scores)
    assert refined[1].min() > 0.99


def test_label_maps(refinement):
    image, scores = halves()
    labels = scores.argmax(dim=0)
    refined = refinement.refine_labels(image, labels, 4)
    assert refined.shape == labels.shape and refined.dtype == torch.int64 and set(refined.unique().tolist()) <= {0, 1}
    assert torch.equal(refinement.refine_labels(image, labels * 0 + 3, 4), labels * 0 + 3)


def test_other_processes_get_it_as_it_is(refinement):
    image, scores = halves()
    copy = pickle.loads(pickle.dumps(refinement))
    assert torch.equal(copy.refine(image, scores), refinement.refine(image, scores))


def test_certainty_of_labels_is_a_setting(monkeypatch):
    monkeypatch.syspath_prepend(EXAMPLES)
    __import__('mean_refinement')
    for name in (*NAMES, 'MeanRefinement'):
        assert LOCAL_REFINEMENTS.build(dict(type=name, gt_prob=0.9)).gt_prob == 0.9
