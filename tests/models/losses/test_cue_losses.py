"""The losses and the CRF layer of SEC and DSRG against tensors of the authors' programs."""
import numpy as np
import pytest
import torch
from count_operators import CountOperators
from message_names import message_names

from mmwsss.models.losses import (
    BalancedSeedLoss,
    ConstrainLoss,
    CRFLayer,
    CuePrediction,
    ExpansionLoss,
    SeedLoss,
    balanced_seed_loss,
    constrain_loss,
    expansion_loss,
    floored_softmax,
    seed_loss,
    shrink_images,
)
from mmwsss.pseudo_labels import grow_seeds
from mmwsss.utils.errors import InputError


class Case:
    """Tensors of a golden, and the probabilities of its scores."""

    def __init__(self, data):
        self.data = data
        self.images, self.labels, self.cues = (torch.from_numpy(data[key]) for key in ('pics_bgr', 'labels', 'cues'))
        self.scores = torch.from_numpy(data['scores']).requires_grad_()
        self.probs = floored_softmax(self.scores)

    def prediction(self, **changes):
        return CuePrediction(**{**dict(probs=self.probs, labels=self.labels, seeds=self.cues), **changes})

    def close(self, found, name, tolerance):
        """Compare with an array of the golden, and its full gradients with every fourth cell."""
        wanted = self.data[name]
        if name.endswith('_s4'):
            found = found[..., ::4, ::4]
        found = found.detach().double().numpy()
        assert np.abs(found - wanted).max() <= tolerance * max(np.abs(wanted).max(), 1e-12), name


@pytest.fixture
def sec(golden):
    return Case(golden('sec'))


@pytest.fixture
def dsrg(golden):
    return Case(golden('dsrg'))


def norm(gradient):
    return gradient.double().norm()


def test_secs_probabilities_and_crf(sec):
    sec.close(sec.probs, 'probs_s4', 1e-5)
    small = shrink_images(sec.images, (41, 41))
    assert (small != torch.from_numpy(sec.data['im_small_bgr'])).sum() == 0
    log_q = CRFLayer()(small, sec.scores, sec.probs)
    sec.close(log_q, 'crf_log', 1e-4)
    assert not log_q.requires_grad
    of_rgb = CRFLayer()(small.flip(1), sec.scores, sec.probs)
    assert (of_rgb.exp() - log_q.exp()).abs().mean() < 1e-3


@pytest.mark.parametrize('name, loss', [('seed', SeedLoss()), ('expand', ExpansionLoss()),
                                        ('constrain', ConstrainLoss())])
def test_secs_losses(sec, name, loss):
    log_q = torch.from_numpy(sec.data['crf_log'])
    value = loss(sec.prediction(log_q=log_q))
    sec.close(value, f'loss_{name}', 1e-5)
    gradients = torch.autograd.grad(value, [sec.probs, sec.scores])
    for kind, gradient in zip(('probs', 'scores'), gradients, strict=True):
        sec.close(gradient, f'grad_{name}_{kind}_s4', 1e-4)
    sec.close(torch.stack([norm(gradient) for gradient in gradients]), f'norm_grad_{name}', 1e-4)


def test_the_terms_of_the_expansion(sec):
    sec.close(expansion_loss(sec.probs, sec.labels), 'expand_terms', 1e-5)
    no_background = sec.labels.clone()
    no_background[:, 0] = 0
    sec.close(expansion_loss(sec.probs, no_background), 'expand_terms', 1e-5)


def test_sec_as_a_whole(sec):
    prediction = sec.prediction(log_q=CRFLayer()(shrink_images(sec.images, (41, 41)), sec.scores, sec.probs))
    total = sum(loss(prediction) for loss in (SeedLoss(), ExpansionLoss(), ConstrainLoss()))
    gradient, = torch.autograd.grad(total, sec.scores)
    sec.close(gradient, 'grad_total_scores', 1e-3)


def test_dsrg_grows_from_its_crf(dsrg):
    dsrg.close(dsrg.probs, 'probs_s4', 1e-5)
    log_q = CRFLayer('probs')(shrink_images(dsrg.images, (41, 41)), dsrg.scores, dsrg.probs)
    dsrg.close(log_q, 'crf_log', 1e-4)
    assert (grow_seeds(dsrg.cues, log_q.exp(), dsrg.labels) == torch.from_numpy(dsrg.data['seeds'])).all()


def test_dsrgs_losses(dsrg):
    seeds = torch.from_numpy(dsrg.data['seeds'])
    balanced = BalancedSeedLoss()(dsrg.prediction(seeds=seeds))
    dsrg.close(balanced, 'loss_balanced', 1e-5)
    gradient, = torch.autograd.grad(balanced, dsrg.probs, retain_graph=True)
    dsrg.close(gradient, 'grad_balanced_probs_s4', 1e-4)
    dsrg.close(norm(gradient), 'norm_grad_balanced_probs', 1e-4)
    dsrg.close(SeedLoss()(dsrg.prediction()), 'loss_seed_of_cues', 1e-5)
    empty = dsrg.cues.clone()
    empty[0, 0] = 0
    empty[1, 1:] = 0
    dsrg.close(BalancedSeedLoss()(dsrg.prediction(seeds=empty)), 'loss_balanced_empty', 1e-5)


def test_dsrgs_boundary_loss_and_the_gradient_of_its_crf(dsrg):
    boundary = ConstrainLoss(ratio=(0.05, 20))
    log_q = torch.from_numpy(dsrg.data['crf_log']).requires_grad_()
    direct = boundary(dsrg.prediction(log_q=log_q))
    dsrg.close(direct, 'loss_constrain', 1e-5)
    of_probs, of_log = torch.autograd.grad(direct, [dsrg.probs, log_q], retain_graph=True)
    dsrg.close(of_probs, 'grad_constrain_probs_s4', 1e-4)
    dsrg.close(norm(of_probs), 'norm_grad_constrain_probs', 1e-4)
    dsrg.close(of_log, 'grad_constrain_log_s4', 1e-4)

    small = shrink_images(dsrg.images, (41, 41))
    layer = CRFLayer('probs', gradient=True)(small, dsrg.scores, dsrg.probs)
    passed, = torch.autograd.grad(layer, dsrg.probs, of_log, retain_graph=True)
    dsrg.close(passed, 'grad_constrain_crf_s4', 1e-3)
    total = boundary(dsrg.prediction(log_q=layer)) + BalancedSeedLoss()(
        dsrg.prediction(seeds=grow_seeds(dsrg.cues, layer.exp(), dsrg.labels)))
    gradient, = torch.autograd.grad(total, dsrg.scores)
    dsrg.close(gradient, 'grad_total_scores', 1e-3)


def test_settings_of_the_losses_arrive():
    probs, log_q = floored_softmax(torch.randn(2, 4, 5, 6)), floored_softmax(torch.randn(2, 4, 5, 6)).log()
    labels, seeds = torch.tensor([[1, 0, 1, 1], [1, 1, 0, 0]]), torch.randint(0, 2, (2, 4, 5, 6))
    prediction = CuePrediction(probs, labels, seeds, log_q)
    for loss, wanted in (
            (SeedLoss(loss_weight=2.0), seed_loss(probs, seeds)),
            (BalancedSeedLoss(loss_weight=2.0), balanced_seed_loss(probs, seeds)),
            (ExpansionLoss(0.9, 0.8, 0.7, loss_weight=2.0), expansion_loss(probs, labels, 0.9, 0.8, 0.7).sum()),
            (ConstrainLoss((0.9, 1.2), loss_weight=2.0), constrain_loss(probs, log_q, (0.9, 1.2)))):
        torch.testing.assert_close(loss(prediction), 2 * wanted)


def test_images_without_cues_or_with_all_classes_stay_finite():
    scores = torch.randn(2, 3, 4, 5, requires_grad=True)
    for labels in (torch.zeros(2, 3), torch.ones(2, 3)):
        prediction = CuePrediction(floored_softmax(scores), labels, torch.zeros(2, 3, 4, 5))
        assert SeedLoss()(prediction) == BalancedSeedLoss()(prediction) == 0
        value = SeedLoss()(prediction) + BalancedSeedLoss()(prediction) + ExpansionLoss()(prediction)
        assert torch.autograd.grad(value, scores)[0].isfinite().all()


@pytest.mark.parametrize('part, settings, named', [
    (CRFLayer, dict(energies='logits'), 'logits'), (CRFLayer, dict(backend='cuda'), 'cuda'),
    (ConstrainLoss, dict(ratio=(2, 1)), 'ratio'), (ExpansionLoss, dict(absent=1.5), 'absent')])
def test_bad_settings(part, settings, named):
    with pytest.raises(InputError, match=message_names(named)):
        part(**settings)


def test_the_constrain_loss_needs_a_crf():
    with pytest.raises(InputError, match=message_names('crf')):
        ConstrainLoss()(CuePrediction(*[torch.ones(1, 1, 1, 1)] * 3))


def test_the_crf_takes_what_overflowed():
    scores = torch.full((1, 3, 4, 5), float('nan'), dtype=torch.float16)
    scores[0, 0] = float('inf')
    found = CRFLayer()(torch.zeros(1, 3, 4, 5, dtype=torch.uint8), scores, scores)
    assert found.dtype == torch.float32 and found.isfinite().all()


def test_the_crf_takes_few_operators_for_any_number_of_images():
    images, scores = torch.randint(0, 256, (6, 3, 12, 13), dtype=torch.uint8), torch.randn(6, 4, 12, 13)
    counts = []
    for number in (1, 6):
        with CountOperators() as operators:
            CRFLayer()(images[:number], scores[:number], scores[:number])
        counts.append(operators.count)
    assert max(counts) <= 550
