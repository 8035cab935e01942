"""Transitions from affinities, against a dense matrix in float64."""
import math

import pytest
import torch
from count_operators import CountOperators
from message_names import message_names
from virtual_device import DEVICE, VirtualDevice, on_device

from mmwsss.pseudo_labels import Transition, path_index, random_walk, random_walks
from mmwsss.utils.errors import InputError


def dense_walk(seed, affinity, radius, beta, steps):
    """The definition: a power of the column-normalised matrix of affinities of all pairs inside the map."""
    count, height, width = seed.shape
    matrix = torch.eye(height * width, dtype=torch.float64)
    for (dy, dx), values in zip(path_index(radius).destinations.tolist(), affinity.double(), strict=True):
        for y in range(height):
            for x in range(width):
                if y + dy < height and 0 <= x + dx < width:
                    here, there = y * width + x, (y + dy) * width + x + dx
                    matrix[here, there] = matrix[there, here] = values[y, x]**beta
    matrix = matrix / matrix.sum(dim=0, keepdim=True)
    rows = seed.double().reshape(count, -1) @ torch.linalg.matrix_power(matrix, steps)
    return rows.reshape(seed.shape)


@pytest.mark.parametrize('size', [(1, 1), (1, 9), (7, 1), (2, 2), (5, 5), (9, 11)])
@pytest.mark.parametrize('settings', [
    dict(radius=5, beta=8, steps=256), dict(radius=5, beta=8, steps=64), dict(radius=3, beta=1, steps=7),
    dict(radius=1, beta=2, steps=5), dict(radius=10, beta=0.5, steps=0)], ids=str)
def test_dense_oracle(size, settings):
    radius, beta, steps = settings.values()
    affinity = torch.rand(len(path_index(radius)), *size)
    seed = torch.rand(3, *size)
    expected = dense_walk(seed, affinity, radius, beta, steps)
    walked = random_walk(Transition.from_affinity(affinity, radius, beta), seed, steps)
    assert walked.dtype == torch.float32 and walked.is_contiguous()
    assert (walked.double() - expected).abs().max() < 1e-5
    walked = random_walk(Transition.from_affinity(affinity, radius, beta), seed, steps, tol=0)
    assert (walked.double() - expected).abs().max() < 5e-6


def test_boundaries_are_affinities():
    """The strongest boundary on each path, to the same power."""
    boundary, cam = torch.rand(9, 12)**3, torch.rand(2, 9, 12)
    affinity = torch.zeros(34, 9, 12)
    for line, ((dy, dx), path) in zip(affinity, path_index(5), strict=True):
        for y in range(9 - dy):
            for x in range(max(-dx, 0), min(12 - dx, 12)):
                line[y, x] = 1 - max(boundary[y + py, x + px] for py, px in path.tolist())
    by_affinity = random_walk(Transition.from_affinity(affinity, beta=10), cam * (1 - boundary))
    torch.testing.assert_close(by_affinity, random_walk(cam, boundary), rtol=0, atol=1e-6)
    by_boundary = random_walk(Transition.from_boundary(boundary), cam * (1 - boundary))
    assert torch.equal(by_boundary, random_walk(cam, boundary))


@pytest.mark.parametrize('size', [(1, 1), (1, 9), (7, 1), (12, 10)])
@pytest.mark.parametrize('radius', [1, 2, 5])
def test_bands_at_once_on_other_devices(size, radius):
    boundary, seed = torch.rand(size)**3, torch.rand(9, *size)
    affinity = torch.rand(len(path_index(radius)), *size)
    for steps, tol in ((64, 1e-5), (63, 1e-5), (9, 0)):
        expected = [random_walk(seed, boundary, radius, steps=steps, tol=tol),
                    random_walk(Transition.from_affinity(affinity, radius), seed, steps, tol)]
        with VirtualDevice():
            there = seed.to(DEVICE)
            walked = [random_walk(there, boundary.to(DEVICE), radius, steps=steps, tol=tol),
                      random_walk(Transition.from_affinity(affinity.to(DEVICE), radius), there, steps, tol)]
            assert all(on_device(walk) for walk in walked)
            walked = [walk.cpu() for walk in walked]
        torch.testing.assert_close(walked, expected, rtol=0, atol=5e-6)


def test_few_operators_on_other_devices():
    with VirtualDevice():
        cam, boundary = torch.rand(2, 94, 125).to(DEVICE), torch.rand(94, 125).to(DEVICE)
        with CountOperators() as operators:
            random_walk(cam, boundary)
    assert operators.count <= 400


def test_images_of_a_batch_walk_together_on_other_devices():
    sizes, classes = [(30, 41), (18, 41), (25, 17), (9, 41)], [2, 3, 1, 0]
    boundaries = [torch.rand(size)**3 for size in sizes]
    seeds = [torch.rand(number, *size) for number, size in zip(classes, sizes, strict=True)]
    transitions = [Transition.from_boundary(boundary) for boundary in boundaries]
    expected = [random_walk(transition, seed) for transition, seed in zip(transitions, seeds, strict=True)]
    torch.testing.assert_close(random_walks(transitions, seeds), expected, rtol=0, atol=0)
    with VirtualDevice():
        there = [Transition.from_boundary(boundary.to(DEVICE)) for boundary in boundaries]
        seeds = [seed.to(DEVICE) for seed in seeds]
        with CountOperators() as together:
            walked = random_walks(there, seeds)
        with CountOperators() as alone:
            random_walk(there[0], seeds[0])
        walked = [walk.cpu() for walk in walked]
    torch.testing.assert_close(walked, expected, rtol=0, atol=5e-6)
    assert together.count < 2.2 * alone.count  # two widths, two walks


def test_values_of_pairs_that_leave_the_map_do_not_count():
    affinity, seed = torch.rand(34, 6, 7), torch.rand(1, 6, 7)
    expected = random_walk(Transition.from_affinity(affinity), seed)
    for line, (dy, dx) in zip(affinity, path_index(5).destinations, strict=True):
        line[6 - dy:] = math.nan
        line[:, 7 - dx if dx > 0 else 7:] = math.nan
        line[:, :max(-dx, 0)] = math.nan
    assert torch.equal(random_walk(Transition.from_affinity(affinity), seed), expected)


def test_pixels_without_pairs_keep_their_seed():
    affinity, seed = torch.rand(34, 6, 7), torch.rand(2, 6, 7)
    for line, (dy, dx) in zip(affinity, path_index(5).destinations, strict=True):
        line[0, 3] = 0
        if 0 <= 3 - dx < 7 and dy == 0:
            line[0, 3 - dx] = 0
    walked = random_walk(Transition.from_affinity(affinity), seed)
    torch.testing.assert_close(walked[:, 0, 3], seed[:, 0, 3], rtol=0, atol=1e-5)
    assert (walked[:, 1, 3] - seed[:, 1, 3]).abs().max() > 1e-3


@pytest.mark.parametrize(('affinity', 'settings', 'named'), [
    (torch.rand(33, 4, 5), {}, ['affinities', '(33, 4, 5)', '(34, h, w)']),
    (torch.rand(4, 5), {}, ['affinities', '(4, 5)']),
    (torch.full((34, 6, 7), 1.5), {}, ['affinities']),
    (torch.full((34, 6, 7), math.nan), {}, ['affinities']),
    (torch.rand(34, 4, 5), dict(beta=0), ['beta=0']),
    (torch.rand(34, 4, 5), dict(radius=0), ['radius', 0]),
])
def test_bad_affinities(affinity, settings, named):
    with pytest.raises(InputError, match=message_names(*named)):
        Transition.from_affinity(affinity, **settings)


@pytest.mark.parametrize(('seed', 'settings', 'named'), [
    (torch.zeros(2, 5, 4), {}, ['(2, 5, 4)', '(4, 5)']),
    (torch.zeros(4, 5), {}, ['(4, 5)']),
    (torch.full((1, 4, 5), math.inf), {}, ['seed']),
    (torch.zeros(1, 4, 5), dict(steps=-1), ['steps=-1']),
])
def test_bad_walks(seed, settings, named):
    with pytest.raises(InputError, match=message_names(*named)):
        random_walk(Transition.from_boundary(torch.zeros(4, 5)), seed, **settings)
