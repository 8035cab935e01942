"""The random walk, against the reference's results and a dense walk in float64."""
import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from numpy.polynomial.chebyshev import chebval

from mmwsss.pseudo_labels import random_walk, walk_to_label
from mmwsss.pseudo_labels.random_walk import power_in_chebyshev
from mmwsss.utils.errors import InputError


@pytest.fixture(autouse=True)
def _one_thread():
    """Use one thread: the matrices are small, and other processes may keep the cores busy."""
    torch.set_num_threads(1)


def dense_walk(cam, boundary, radius=5, beta=10, steps=256):
    """The definition: a power of the column-normalised affinities of all pairs."""
    cam, boundary = cam.double(), boundary.double()
    height, width = boundary.shape
    places = [(y, x) for y in range(height) for x in range(width)]
    value = boundary.tolist()
    affinity = torch.eye(len(places), dtype=torch.float64)
    for i, (y0, x0) in enumerate(places):
        for j, (y1, x1) in enumerate(places[:i]):
            dy, dx = y1 - y0, x1 - x0
            length = math.hypot(dy, dx)
            if length < radius:
                strongest = max(
                    value[y][x]
                    for y in range(min(y0, y1), max(y0, y1) + 1)
                    for x in range(min(x0, x1), max(x0, x1) + 1)
                    if abs((y - y0) * dx - (x - x0) * dy) / length < 1)
                affinity[i, j] = affinity[j, i] = (1 - strongest)**beta
    transition = affinity / affinity.sum(dim=0, keepdim=True)
    rows = (cam * (1 - boundary)).flatten(1)
    return (rows @ torch.linalg.matrix_power(transition, steps)).view_as(cam)


def boundaries(height, width):
    """Difficult boundary maps."""
    generator = torch.Generator().manual_seed(3)
    random = torch.rand(height, width, generator=generator)
    squares = ((torch.arange(height)[:, None] + torch.arange(width)) % 2).float()
    wall = torch.zeros(height, width)
    wall[:, width // 2] = 0.97
    gap = wall.clone()
    gap[height // 2] = 0
    return dict(
        none=torch.zeros(height, width),
        full=torch.ones(height, width),
        checkerboard=squares,
        weak_checkerboard=squares / 2,
        random=random,
        mostly_weak=random**5,
        dots=(random < 0.3).float(),
        wall=wall,
        gap=gap,
        nearly_full=torch.full((height, width), 0.999))


BOUNDARIES = boundaries(11, 13)


@pytest.mark.parametrize('case', ['rw', 'rwb'])
@pytest.mark.parametrize(('name', 'settings'), [('out', {}), ('out_b8t4', dict(beta=8, steps=16))])
def test_reference(golden, case, name, settings):
    data = golden('irn')
    cam, boundary = torch.tensor(data[f'{case}_cam']), torch.tensor(data[f'{case}_edge'])
    expected = torch.tensor(data[f'{case}_{name}'])[:, 0]
    assert expected.max() > 0.5
    walked = random_walk(cam, boundary, **settings)
    torch.testing.assert_close(walked, expected, rtol=0, atol=2e-4)
    assert (walked - expected).abs().max() < 5e-5  # as close as its float32 squarings allow


@pytest.mark.parametrize('name', BOUNDARIES)
def test_dense_oracle(name):
    boundary = BOUNDARIES[name]
    cam = torch.rand(3, *boundary.shape)
    cam[1] = 1
    cam[2] = (cam[2] < 0.5).float()
    expected = dense_walk(cam, boundary)
    assert (random_walk(cam, boundary).double() - expected).abs().max() < 1e-5
    assert (random_walk(cam, boundary, tol=0).double() - expected).abs().max() < 5e-6


@pytest.mark.parametrize('settings', [
    dict(radius=1), dict(radius=2), dict(radius=3), dict(radius=10), dict(beta=0.5), dict(beta=1),
    dict(steps=0), dict(steps=1), dict(steps=2), dict(steps=3), dict(steps=99), dict(steps=1024),
    dict(steps=4096)
], ids=str)
def test_dense_oracle_settings(settings):
    boundary, cam = BOUNDARIES['mostly_weak'][:8, :11], torch.rand(2, 8, 11)
    expected = dense_walk(cam, boundary, **settings)
    assert (random_walk(cam, boundary, **settings).double() - expected).abs().max() < 1e-5


@pytest.mark.parametrize('size', [(1, 1), (1, 2), (2, 1), (1, 9), (9, 1), (2, 2), (3, 4), (5, 5)])
def test_dense_oracle_sizes(size):
    boundary, cam = torch.rand(size)**3, torch.rand(2, *size)
    for radius in (5, 8):
        error = random_walk(cam, boundary, radius).double() - dense_walk(cam, boundary, radius)
        assert error.abs().max() < 1e-5


def test_two_pixels_by_hand():
    """Affinity 0.5 between the two, 1 with themselves: weights 2/3 and 1/3."""
    cam, boundary = torch.tensor([[[1., 0.]]]), torch.tensor([[0.5, 0.]])
    walked = random_walk(cam, boundary, beta=1, steps=1)
    torch.testing.assert_close(walked, torch.tensor([[[0.5 * 2 / 3, 0.5 / 3]]]))
    forever = random_walk(cam, boundary, beta=1, steps=256)
    torch.testing.assert_close(forever, torch.tensor([[[0.25, 0.25]]]), rtol=0, atol=1e-5)


def test_nothing_crosses_a_wall():
    boundary, cam = torch.zeros(12, 15), torch.zeros(1, 12, 15)
    boundary[:, 7] = 1
    cam[:, :, :7] = torch.rand(12, 7)
    walked = random_walk(cam, boundary)
    assert walked[:, :, 7:].abs().max() == 0
    assert walked[:, :, :7].std() < 0.05 * cam[:, :, :7].std()


def test_large_map_is_its_walled_parts(golden):
    """250 x 248 pixels: a dense matrix would take 15 GB."""
    data = golden('irn')
    cam, boundary = torch.tensor(data['rw_cam']), torch.tensor(data['rw_edge'])
    alone = F.pad(random_walk(cam, boundary), (0, 1, 0, 1))
    walled_cam, walled = F.pad(cam, (0, 1, 0, 1)), F.pad(boundary, (0, 1, 0, 1), value=1)
    walked = random_walk(walled_cam.repeat(1, 10, 8), walled.repeat(1, 10, 8))
    assert walked.shape == (3, 250, 248)
    torch.testing.assert_close(walked, alone.repeat(1, 10, 8), rtol=0, atol=1e-6)


def test_classes_walk_independently():
    boundary, cam = torch.rand(1, 9, 11)**3, torch.rand(6, 9, 11)
    together = random_walk(cam, boundary)
    alone = torch.cat([random_walk(cam[k:k + 1], boundary) for k in range(6)])
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-7)


def test_without_classes():
    walked = random_walk(torch.zeros(0, 5, 6), torch.rand(5, 6))
    assert walked.shape == (0, 5, 6) and walked.dtype == torch.float32


def test_types_and_side_effects():
    boundary, cam = torch.rand(1, 6, 7), torch.rand(2, 6, 7)
    before = boundary.clone(), cam.clone()
    torch.set_num_threads(2)
    walked = random_walk(cam.requires_grad_(), boundary)
    assert torch.get_num_threads() == 2
    assert not walked.requires_grad and walked.dtype == torch.float32 and walked.is_contiguous()
    torch.testing.assert_close((boundary, cam.detach()), before, rtol=0, atol=0)
    double = random_walk(cam.double(), boundary.double())
    torch.testing.assert_close(double, walked, rtol=0, atol=1e-6)
    assert random_walk(cam.half(), boundary.half()).dtype == torch.float32
    assert random_walk((cam > 0.5).byte(), boundary).dtype == torch.float32
    flipped = random_walk(cam.flip(-1), boundary.flip(-1)).flip(-1)
    torch.testing.assert_close(flipped, walked, rtol=0, atol=1e-6)
    transposed = random_walk(cam.mT, boundary.mT).mT
    torch.testing.assert_close(transposed, walked, rtol=0, atol=1e-6)


@pytest.mark.parametrize('steps', [0, 1, 2, 7, 16, 255, 256, 5000])
def test_chebyshev_expansion(steps):
    x = np.linspace(-1, 1, 2001)
    exact = power_in_chebyshev(steps, tol=0)
    assert len(exact) == steps + 1 and min(exact) >= 0
    np.testing.assert_allclose(chebval(x, exact), x**steps, atol=1e-9)
    short = power_in_chebyshev(steps, tol=1e-3)
    np.testing.assert_allclose(chebval(x, short), x**steps, rtol=0, atol=1e-3 / 8)


def test_chebyshev_saves_products():
    assert 60 < len(power_in_chebyshev(256, 1e-5)) < 80
    assert 120 < len(power_in_chebyshev(1024, 1e-5)) < 160


@pytest.mark.parametrize(('cam', 'boundary', 'settings', 'named'), [
    (torch.zeros(2, 4, 5), torch.zeros(5, 4), {}, [(2, 4, 5), (5, 4)]),
    (torch.zeros(2, 4, 5), torch.zeros(2, 4, 5), {}, [(2, 4, 5)]),
    (torch.zeros(4, 5), torch.zeros(4, 5), {}, [(4, 5)]),
    (torch.zeros(1, 4, 5), torch.full((4, 5), 1.5), {}, ['boundary', [0, 1]]),
    (torch.zeros(1, 4, 5), torch.full((4, 5), -.1), {}, ['boundary', [0, 1]]),
    (torch.zeros(1, 4, 5), torch.full((4, 5), math.nan), {}, ['boundary', [0, 1]]),
    (torch.full((1, 4, 5), math.nan), torch.zeros(4, 5), {}, ['CAM']),
    (torch.full((1, 4, 5), math.inf), torch.zeros(4, 5), {}, ['CAM']),
    (torch.zeros(1, 4, 5), torch.zeros(4, 5), dict(beta=0), ['beta=0']),
    (torch.zeros(1, 4, 5), torch.zeros(4, 5), dict(steps=-1), ['steps=-1']),
    (torch.zeros(1, 4, 5), torch.zeros(4, 5), dict(steps=2.5), ['steps=2.5']),
    (torch.zeros(1, 4, 5), torch.zeros(4, 5), dict(tol=-1), ['tol=-1']),
    (torch.zeros(1, 4, 5), torch.zeros(4, 5), dict(radius=0), ['radius', 0]),
    (torch.zeros(1, 4, 5), torch.zeros(4, 5), dict(radius=2.5), ['radius', 2.5]),
])
def test_bad_input(cam, boundary, settings, named):
    with pytest.raises(InputError, match=message_names(*named)):
        random_walk(cam, boundary, **settings)


@pytest.mark.parametrize('kind', [np.int64, np.uint8])
def test_integers_of_numpy(kind):
    cam, boundary = torch.rand(2, 6, 7), torch.rand(6, 7)
    for tol in (0, 1e-5):
        walk = random_walk(cam, boundary, radius=kind(3), steps=kind(200), tol=tol)
        assert torch.equal(walk, random_walk(cam, boundary, radius=3, steps=200, tol=tol))


@pytest.mark.parametrize('case', ['rw', 'rwb'])
def test_label_of_the_reference(golden, case):
    data = golden('irn')
    cam, boundary = torch.tensor(data[f'{case}_cam']), torch.tensor(data[f'{case}_edge'])
    expected = torch.tensor(data[f'{case}_label']).long()
    label = walk_to_label(random_walk(cam, boundary), torch.arange(len(cam)), expected.shape)
    assert label.dtype == torch.int64 and label.shape == expected.shape
    assert len(label.unique()) > 1
    assert (label == expected).float().mean() > 0.9995


def test_label_by_hand():
    walk, keys = torch.tensor([[[0.8, 0.1, 0.0]], [[0.1, 0.4, 0.1]]]), torch.tensor([4, 11])
    # 0.1 / 0.8 is below the background's 0.25.
    assert walk_to_label(walk, keys, (1, 3), stride=1).tolist() == [[5, 12, 0]]
    assert walk_to_label(walk, keys, (1, 3), bg_thr=0.1, stride=1).tolist() == [[5, 12, 12]]
    assert walk_to_label(walk * 1e-6, keys, (1, 3), stride=1).tolist() == [[5, 12, 0]]


def test_label_without_activation():
    zeros = walk_to_label(torch.zeros(2, 2, 2), torch.tensor([0, 1]), (6, 7))
    nothing = walk_to_label(torch.zeros(0, 2, 2), torch.zeros(0, dtype=torch.int64), (6, 7))
    assert zeros.tolist() == nothing.tolist() == [[0] * 7] * 6
    assert zeros.dtype == nothing.dtype == torch.int64


@pytest.mark.parametrize(('walk', 'keys', 'size'), [
    (torch.zeros(2, 2, 2), [0], (6, 7)),
    (torch.zeros(2, 2), [0, 1], (6, 7)),
    (torch.zeros(2, 2, 2), [0, 1], (9, 7)),
    (torch.zeros(2, 2, 2), [0, 1], (4, 7)),
])
def test_label_bad_input(walk, keys, size):
    with pytest.raises(InputError, match=message_names(tuple(walk.shape))):
        walk_to_label(walk, torch.tensor(keys), size)
