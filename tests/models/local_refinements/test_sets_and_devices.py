"""Sets of scores, devices and settings of the registered local refinements."""
import pytest
import torch
from virtual_device import DEVICE, VirtualDevice

import mmwsss.models  # noqa: F401  fills the registry
from mmwsss.models import PAMR, PAR
from mmwsss.pseudo_labels import pamr, par
from mmwsss.registry import LOCAL_REFINEMENTS

NAMES = ['DenseCRF', 'PAMR', 'PAR']


@pytest.fixture
def image(golden):
    return torch.from_numpy(golden('irn')['ir_pic']).permute(2, 0, 1)


@pytest.fixture
def scores(golden):
    return torch.from_numpy(golden('irn')['crf_prob'])


@pytest.mark.parametrize('name', NAMES)
def test_sets_are_refined_each_alone(name, image, scores):
    refinement = LOCAL_REFINEMENTS.build(dict(type=name, steps=3))
    sets = torch.stack([scores, scores.flip(0)])
    alone = torch.stack([refinement.refine(image, one) for one in sets])
    assert (alone - sets).abs().max() > .05
    torch.testing.assert_close(refinement.refine_sets(image, sets), alone, rtol=0, atol=1e-5)


@pytest.mark.parametrize('name', NAMES)
def test_on_a_device(name, image, scores):
    options = dict(backend='torch') if name == 'DenseCRF' else {}
    refinement = LOCAL_REFINEMENTS.build(dict(type=name, steps=2, **options))
    wanted = refinement.refine(image, scores)
    labels = refinement.refine_labels(image, scores.argmax(dim=0), 5)
    with VirtualDevice():
        found = refinement.refine(image, scores.to(DEVICE)).cpu()
        found_labels = refinement.refine_labels(image, scores.argmax(dim=0).to(DEVICE), 5).cpu()
    torch.testing.assert_close(found, wanted)
    assert torch.equal(found_labels, labels)


def test_settings_are_used(image, scores):
    for kind, function in ((PAMR, pamr), (PAR, par)):
        refined = kind(dilations=[1, 3], steps=2).refine(image, scores)
        torch.testing.assert_close(refined, function(image[None], scores[None], (1, 3), 2)[0])


@pytest.mark.parametrize('name', NAMES)
def test_batches_are_refined_image_by_image(name, image, scores):
    refinement = LOCAL_REFINEMENTS.build(dict(type=name, steps=2))
    images, sets = torch.stack([image, image.flip(-1)]), torch.stack([scores, scores.flip(0)])
    alone = torch.stack([refinement.refine(*one) for one in zip(images, sets, strict=True)])
    torch.testing.assert_close(refinement.refine_batch(images.float(), sets), alone, rtol=0, atol=1e-5)
