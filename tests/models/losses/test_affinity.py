"""AffinityNet's pairs, affinities and losses, against the authors' code and plain loops."""
import math

import numpy as np
import pytest
import torch
from count_operators import CountOperators
from message_names import message_names
from reference_affinity import in_scan_order

from mmwsss.models.losses.affinity import affinity_losses, pair_affinity, pair_kinds
from mmwsss.pseudo_labels import path_index
from mmwsss.pseudo_labels.pixel_pairs import pair_rows, pair_sources
from mmwsss.utils.errors import InputError


@pytest.mark.parametrize('name', ['a', 'b'])
def test_golden_pairs(golden, name):
    psa = golden('psa')
    height, width = psa[f'pairs_{name}_size']
    pixels = torch.arange(height * width).view(height, width)
    np.testing.assert_array_equal(pair_sources(pixels, 5).flatten(), psa[f'pairs_{name}_from'])
    rows = torch.cat([row for _, _, row in pair_rows(pixels, 5)]).flatten(1)
    np.testing.assert_array_equal(rows, psa[f'pairs_{name}_to'])


def test_golden_pairs_of_a_crop(golden):
    pixels = torch.arange(56 * 56).view(56, 56)
    sources, rows = pair_sources(pixels, 5), torch.cat([row for _, _, row in pair_rows(pixels, 5)])
    found = [sources.numel(), len(rows), sources.sum(), rows.sum()]
    np.testing.assert_array_equal(found, golden('psa')['pairs_56_count'])


@pytest.mark.parametrize('number', [0, 1])
def test_golden_kinds_of_pairs(golden, number):
    psa = golden('psa')
    kinds = pair_kinds(torch.tensor(psa[f'lab{number}_label'])[None])[:, 0].flatten(2).numpy()
    for kind, name in zip(in_scan_order(kinds, 1), ('bg', 'fg', 'neg'), strict=True):
        np.testing.assert_array_equal(kind, psa[f'lab{number}_{name}'])


def oracle(features, labels, radius):
    """Losses and numbers of pairs, by loops."""
    parts = [[], [], []]
    count, _, height, width = features.shape
    for image in range(count):
        for y in range(height - radius + 1):
            for x in range(radius - 1, width - radius + 1):
                for dy, dx in path_index(radius).destinations.tolist():
                    first, second = labels[image, y, x].item(), labels[image, y + dy, x + dx].item()
                    if 255 in (first, second):
                        continue
                    distance = (features[image, :, y, x] - features[image, :, y + dy, x + dx]).abs().mean()
                    affinity = (-distance).exp()
                    kind = 2 if first != second else int(first != 0)
                    parts[kind].append(-((1 + 1e-5 - affinity) if kind == 2 else affinity + 1e-5).log())
    return torch.stack([sum(part, torch.zeros(())) / (len(part) + 1e-5) for part in parts]), list(map(len, parts))


@pytest.mark.parametrize(('size', 'radius'), [((5, 9), 5), ((7, 8), 3), ((6, 11), 2), ((4, 9), 5), ((5, 8), 5)])
def test_losses_and_gradients_of_loops(size, radius):
    features = torch.randn(2, 6, *size, requires_grad=True)
    labels = torch.tensor([0, 1, 2, 255])[torch.randint(0, 4, (2, *size))]
    expected, numbers = oracle(features.double(), labels, radius)
    weights = torch.tensor([1.0, 3.0, 0.5])
    wanted = None
    if sum(numbers):
        wanted, = torch.autograd.grad((expected * weights).sum(), features)
    losses, counts = affinity_losses(pair_affinity(features, radius), pair_kinds(labels, radius))
    torch.testing.assert_close(losses.double(), expected.double(), rtol=1e-5, atol=1e-6)
    torch.testing.assert_close(counts, torch.tensor(numbers) + 1e-5)
    (losses * weights).sum().backward()
    if wanted is None:
        assert not features.grad.any()
    else:
        torch.testing.assert_close(features.grad, wanted, rtol=1e-4, atol=1e-6)


def test_equal_features_have_no_gradient():
    """As in padding; the sign of 0 is 0."""
    features = torch.ones(1, 4, 6, 10, requires_grad=True)
    affinity = pair_affinity(features)
    assert (affinity == 1).all()
    affinity.sum().backward()
    assert not features.grad.any()


def test_the_papers_sum_over_channels():
    features = torch.rand(1, 4, 6, 10)
    torch.testing.assert_close(pair_affinity(features, reduction='sum'), pair_affinity(features * 4), rtol=1e-5, atol=0)
    with pytest.raises(InputError, match=message_names('max', 'mean', 'sum')):
        pair_affinity(features, reduction='max')


def test_half_precision_is_computed_in_full():
    features = torch.randn(1, 8, 6, 10).half()
    torch.testing.assert_close(pair_affinity(features), pair_affinity(features.float()))


def test_few_operators():
    features, labels = torch.randn(2, 8, 20, 20, requires_grad=True), torch.randint(0, 3, (2, 20, 20))
    with CountOperators() as operators:
        affinity_losses(pair_affinity(features), pair_kinds(labels))[0].sum().backward()
    assert operators.count <= 150


def test_without_any_pair():
    features, labels = torch.randn(1, 4, 3, 3, requires_grad=True), torch.zeros(1, 3, 3)
    for radius in (1, 5):
        losses, counts = affinity_losses(pair_affinity(features, radius), pair_kinds(labels, radius))
        assert losses.tolist() == [0, 0, 0] and counts.max() < 1e-4
    assert math.prod(pair_affinity(features, 5).shape) == 0
