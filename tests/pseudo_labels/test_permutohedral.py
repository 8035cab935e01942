"""The permutohedral lattice, against a plain one of loops and a dictionary."""
import math
from itertools import product

import numpy as np
import pytest
import torch
from message_names import message_names

from mmwsss.pseudo_labels.permutohedral import Permutohedral
from mmwsss.utils.errors import InputError


def plain_filter(features, values):
    """Splat, blur and slice, point by point in float64; no normalisation."""
    points, dim = features.shape
    lattice, corners = {}, []
    for feature, value in zip(features, values, strict=True):
        corners.append(simplex(feature))
        for key, weight in corners[-1]:
            lattice[key] = lattice.get(key, 0) + weight * value
    for axis in range(dim + 1):
        blurred = {}
        for key, value in lattice.items():
            blurred[key] = value.copy()
            for sign in (1, -1):
                neighbour = tuple(c - sign + (sign * (dim + 1) if i == axis else 0) for i, c in enumerate(key))
                blurred[key] = blurred[key] + 0.5 * lattice.get(neighbour, 0)
        lattice = blurred
    return np.stack([sum(weight * lattice[key] for key, weight in corner) for corner in corners]) / (1 + 2**-dim)


def simplex(feature):
    """The corners around a point and its barycentric coordinates, found by trying all."""
    dim = len(feature)
    scaled = [f * math.sqrt(2 / 3) * (dim + 1) / math.sqrt((i + 1) * (i + 2)) for i, f in enumerate(feature)]
    position = np.array([sum(scaled[i:]) - (i * scaled[i - 1] if i else 0) for i in range(dim + 1)])
    base = np.floor(position / (dim + 1)) * (dim + 1)
    for shift in product((0, 1), repeat=dim + 1):
        zero = base + np.array(shift) * (dim + 1)
        if zero.sum():
            continue
        order = np.argsort(-(position - zero), kind='stable')
        rank = np.argsort(order)
        corners = [zero + r - (dim + 1) * (rank > dim - r) for r in range(dim + 1)]
        system = np.concatenate([np.stack(corners, axis=1), np.ones((1, dim + 1))])
        weights, *_ = np.linalg.lstsq(system, np.append(position, 1), rcond=None)
        if (weights > -1e-9).all():
            return [(tuple(corner.astype(int)), weight) for corner, weight in zip(corners, weights, strict=True)]
    raise AssertionError('no simplex holds the point')


@pytest.mark.parametrize(('dim', 'spread'), [(2, 1), (2, 30), (3, 3), (5, 1), (5, 4)])
def test_against_loops(dim, spread):
    rng = np.random.default_rng(dim)
    features = ((rng.random((60, dim)) - .5) * spread).astype(np.float32)
    values = rng.random((60, 3)).astype(np.float32)
    norm = 1 / np.sqrt(plain_filter(features, np.ones((60, 1))) + 1e-20)
    wanted = norm * plain_filter(features, norm * values)
    found = Permutohedral(torch.from_numpy(features)).filter(torch.from_numpy(values))
    assert found.dtype == torch.float32
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)


def test_empty_points_are_points_of_value_zero():
    rng = np.random.default_rng(0)
    features = (rng.random((40, 3)) * 6 - 3).astype(np.float32)
    values = rng.random((40, 2)).astype(np.float32)
    origin = np.zeros((3, 3), np.float32)
    filled, ones = np.concatenate([features, origin]), np.concatenate([np.ones((40, 1)), np.zeros((3, 1))])
    norm = 1 / np.sqrt(plain_filter(filled, ones)[:40] + 1e-20)
    wanted = norm * plain_filter(filled, np.concatenate([norm * values, np.zeros((3, 2))]))[:40]
    found = Permutohedral(torch.from_numpy(features), 3).filter(torch.from_numpy(values))
    np.testing.assert_allclose(found, wanted, rtol=0, atol=1e-5)
    without = Permutohedral(torch.from_numpy(features)).filter(torch.from_numpy(values))
    assert (found - without).abs().max() > 1e-3


@pytest.mark.parametrize('empty', [0, 3])
def test_sets_do_not_meet(empty):
    """Two of the three sets lie at the same place."""
    features = torch.rand(3, 41, 5) * torch.tensor([4, 9, 1]).view(3, 1, 1)
    features[2] = features[0]
    values = torch.rand(3 * 41, 2)
    found = Permutohedral(features, empty).filter(values)
    for one, before, after in zip(features, values.split(41), found.split(41), strict=True):
        torch.testing.assert_close(after, Permutohedral(one, empty).filter(before), rtol=0, atol=1e-6)


def test_it_is_close_to_a_gaussian():
    """In the middle of a grid, a point spreads as a Gaussian of standard deviation 1."""
    y, x = torch.meshgrid(torch.arange(41.), torch.arange(41.), indexing='ij')
    features = torch.stack([x, y], dim=-1).flatten(0, 1) / 4
    values = torch.zeros(41 * 41, 1)
    values[20 * 41 + 20] = 1
    found = Permutohedral(features).filter(values).view(41, 41)
    wanted = torch.exp(-((x - 20)**2 + (y - 20)**2) / 32)
    torch.testing.assert_close(found / found.sum(), wanted / wanted.sum(), rtol=0, atol=2e-3)
    assert found.sum() == pytest.approx(1, abs=.05)


def test_one_point_keeps_its_value():
    value = torch.tensor([[2., 3.]])
    torch.testing.assert_close(Permutohedral(torch.zeros(1, 5)).filter(value), value)


@pytest.mark.parametrize('features', [torch.rand(50, 5) * 1e7, torch.rand(50, 5) * 1e5, torch.rand(50, 2) * 1e30])
def test_features_too_far_apart(features):
    with pytest.raises(InputError, match=message_names('widths')):
        Permutohedral(features)


def test_more_sets_than_numbers():
    far = torch.tensor([[0.], [2e3]]).expand(2, 5)
    Permutohedral(far)
    with pytest.raises(InputError, match=message_names('widths')):
        Permutohedral(far.expand(10**4, 2, 5))
