import math

import numpy as np
import pytest
import torch
from count_operators import CountOperators
from message_names import message_names
from virtual_device import DEVICE, VirtualDevice

from mmwsss.models.losses.affinity_displacement import affinity_displacement_loss, pairs_by_boundary
from mmwsss.pseudo_labels import path_index
from mmwsss.utils.errors import InputError

NAMES = ('loss_pos_affinity', 'loss_neg_affinity', 'loss_fg_displacement', 'loss_bg_displacement')


def slow_losses(boundary, displacement, labels, radius, ignore=255):
    """A loop over every source and every pair, as described in the paper."""
    count, height, width = labels.shape
    terms = {name: [] for name in ('background', 'foreground', 'negative', 'fg_displacement', 'bg_displacement')}
    probability = 1 / (1 + np.exp(-boundary[:, 0].astype(np.float64)))
    for n in range(count):
        for y in range(height - radius + 1):
            for x in range(radius - 1, width - radius + 1):
                for (dy, dx), path in path_index(radius):
                    a, b = int(labels[n, y, x]), int(labels[n, y + dy, x + dx])
                    if ignore in (a, b):
                        continue
                    affinity = 1 - max(probability[n, y + py, x + px] for py, px in path)
                    difference = displacement[n, :, y, x] - displacement[n, :, y + dy, x + dx]
                    if a != b:
                        terms['negative'].append(-math.log(1 + 1e-5 - affinity))
                    elif a == 0:
                        terms['background'].append(-math.log(affinity + 1e-5))
                        terms['bg_displacement'] += np.abs(difference).tolist()
                    else:
                        terms['foreground'].append(-math.log(affinity + 1e-5))
                        terms['fg_displacement'] += np.abs(difference - (dy, dx)).tolist()
    mean = {name: sum(values) / len(values) if values else 0.0 for name, values in terms.items()}
    return dict(zip(NAMES, ((mean['background'] + mean['foreground']) / 2, mean['negative'], mean['fg_displacement'],
                            mean['bg_displacement']), strict=True))


@pytest.mark.parametrize(('size', 'radius'), [((9, 13), 3), ((6, 9), 5), ((4, 7), 4), ((7, 7), 1)])
def test_against_a_slow_loop(size, radius):
    rng = np.random.default_rng(size[0])
    boundary = rng.normal(size=(2, 1, *size)).astype(np.float32)
    displacement = rng.normal(size=(2, 2, *size), scale=3).astype(np.float32)
    labels = rng.choice([0, 0, 1, 4, 255], size=(2, *size)).astype(np.uint8)
    losses = affinity_displacement_loss(
        torch.tensor(boundary), torch.tensor(displacement), torch.tensor(labels), radius)
    for name, value in slow_losses(boundary, displacement, labels, radius).items():
        assert losses[name].item() == pytest.approx(value, rel=1e-4, abs=1e-4), name


def test_displacements_that_lead_to_one_centre_without_float64():
    """The hard case of float32: small differences of large coordinates, as at the end of a training."""
    torch.manual_seed(0)
    labels = torch.zeros(1, 96, 96, dtype=torch.uint8)
    labels[:, 8:90, 60:96] = 3
    rows, columns = torch.meshgrid(torch.arange(96.0), torch.arange(96.0), indexing='ij')
    displacement = torch.stack([48 - rows, 80 - columns])[None] * (labels != 0) + torch.randn(1, 2, 96, 96) / 100
    boundary = torch.randn(1, 1, 96, 96)
    exact = affinity_displacement_loss(boundary, displacement, labels)
    with VirtualDevice():
        found = affinity_displacement_loss(boundary.to(DEVICE), displacement.to(DEVICE), labels.to(DEVICE))
    assert 0.008 < exact['loss_fg_displacement'] < 0.02
    for name in NAMES:
        assert found[name].item() == pytest.approx(exact[name].item(), rel=1e-4), name


def test_gradients_against_finite_differences():
    rng = np.random.default_rng(1)
    boundary = rng.normal(size=(1, 1, 5, 7)).astype(np.float32)
    displacement = rng.normal(size=(1, 2, 5, 7)).astype(np.float32)
    labels = rng.choice([0, 1, 2], size=(1, 5, 7)).astype(np.uint8)
    tensors = [torch.tensor(array, requires_grad=True) for array in (boundary, displacement)]
    sum(affinity_displacement_loss(*tensors, torch.tensor(labels), 3).values()).backward()
    for array, tensor in zip((boundary, displacement), tensors, strict=True):
        for index in ((0, 0, 2, 3), (0, 0, 1, 2), (0, 0, 4, 6)):
            values = []
            for step in (1e-3, -1e-3):
                array[index] += step
                values.append(sum(slow_losses(boundary, displacement, labels, 3).values()))
                array[index] -= step
            assert tensor.grad[index].item() == pytest.approx((values[0] - values[1]) / 2e-3, abs=2e-3)


def test_golden_pairs_and_losses(golden):
    irn = golden('irn')
    labels = torch.tensor(irn['seg'])
    order = torch.arange(labels[0].numel()).expand(len(labels), -1)
    np.testing.assert_array_equal(pairs_by_boundary(order, labels, 10).sum((1, 2)), irn['label_sums'])
    losses = affinity_displacement_loss(torch.tensor(irn['edge_logit']), torch.tensor(irn['disp_train']), labels)
    np.testing.assert_allclose([losses[name].item() for name in NAMES], irn['losses'][:4], rtol=1e-5)
    assert sum(losses.values()).item() / 2 == pytest.approx(irn['losses'][4], rel=1e-5)


@pytest.mark.parametrize(('labels', 'zero'), [
    (torch.full((1, 12, 20), 255), NAMES), (torch.zeros(1, 12, 20), ('loss_neg_affinity', 'loss_fg_displacement')),
    (torch.ones(1, 12, 20), ('loss_neg_affinity', 'loss_bg_displacement')), (torch.zeros(1, 3, 3), NAMES)])
def test_without_pairs_a_loss_is_zero_and_has_gradients(labels, zero):
    boundary = torch.randn(1, 1, *labels.shape[1:], requires_grad=True)
    displacement = torch.randn(1, 2, *labels.shape[1:], requires_grad=True)
    losses = affinity_displacement_loss(boundary, displacement, labels)
    assert {name for name, value in losses.items() if value == 0} == set(zero)
    sum(losses.values()).backward()
    assert boundary.grad.isfinite().all() and displacement.grad.isfinite().all()


def test_few_operators():
    boundary, displacement = torch.randn(2, 1, 128, 128), torch.randn(2, 2, 128, 128)
    boundary.requires_grad_(), displacement.requires_grad_()
    with CountOperators() as operators:
        sum(affinity_displacement_loss(boundary, displacement, torch.randint(0, 3, (2, 128, 128))).values()).backward()
    assert operators.count <= 300


def test_half_precision_is_computed_in_float32():
    boundary = torch.randn(1, 1, 12, 20)
    displacement = torch.randn(1, 2, 12, 20)
    labels = torch.randint(0, 3, (1, 12, 20))
    half = affinity_displacement_loss(boundary.bfloat16(), displacement.bfloat16(), labels)
    full = affinity_displacement_loss(boundary.bfloat16().float(), displacement.bfloat16().float(), labels)
    assert half == full


def test_shapes_that_do_not_fit_are_named():
    with pytest.raises(InputError, match=message_names('(1, 1, 12, 20)', '(1, 12, 21)')):
        affinity_displacement_loss(torch.zeros(1, 1, 12, 20), torch.zeros(1, 2, 12, 20), torch.zeros(1, 12, 21))
