"""HSPP against the authors' tensors and against a loop over bins."""
import numpy as np
import pytest
import torch
from mmpretrain.models.necks import GlobalAveragePooling

from mmwsss.models import HSPP, GlobalMaxPooling


def naive_hspp(x: np.ndarray, levels, gamma: float) -> np.ndarray:
    """Bin by bin: bin i of r covers rows floor(i*H/r) up to ceil((i+1)*H/r)."""
    n, c, height, width = x.shape
    result = np.zeros((n, c))
    for level in levels:
        for i in range(level):
            for j in range(level):
                rows = range(i * height // level, -(-(i + 1) * height // level))
                cols = range(j * width // level, -(-(j + 1) * width // level))
                result += x[:, :, rows][..., cols].max(axis=(2, 3)) / level**2
    return (result + gamma * x.mean(axis=(2, 3))) / (len(levels) + gamma)


@pytest.mark.parametrize('case', ['hspp', 'hspp2'])
def test_golden(golden, case):
    data = golden('vwe1')
    y = HSPP(levels=(1, 2, 4), gamma=2.0)(torch.from_numpy(data[f'{case}_x']))
    np.testing.assert_allclose(y, data[f'{case}_y'][..., 0, 0], atol=1e-6)


@pytest.mark.parametrize('height', [1, 2, 3, 4, 5, 7, 8, 13])
@pytest.mark.parametrize('width', [1, 2, 3, 6, 9])
def test_every_size_equals_the_loop(height, width):
    x = np.random.default_rng(height * 100 + width).standard_normal((2, 3, height, width))
    for levels, gamma in (((1, 2, 4), 2.0), ((1, 3), 0.5), ((8, ), 0.0)):
        y = HSPP(levels, gamma)(torch.from_numpy(x))
        np.testing.assert_allclose(y, naive_hspp(x, levels, gamma), atol=1e-12)


@pytest.mark.parametrize('height, width', [(4, 4), (6, 7), (9, 5), (13, 8)])
def test_windows_of_the_authors(height, width):
    x, wanted = torch.randn(2, 3, height, width, dtype=torch.float64), 0
    for level in (1, 2, 4):
        rows, columns = height // level, width // level
        windows = [x[..., top:top + rows, left:left + columns].amax((2, 3))
                   for top in range(0, height - rows + 1, rows) for left in range(0, width - columns + 1, columns)]
        wanted = wanted + sum(windows) / len(windows)
    wanted = (wanted + 2 * x.mean((2, 3))) / 5
    torch.testing.assert_close(HSPP(adaptive=False)(x), wanted)
    if height % 4 == width % 4 == 0:
        torch.testing.assert_close(HSPP()(x), wanted)


@pytest.mark.parametrize('height, width', [(1, 1), (3, 9), (2, 3), (8, 1)])
def test_windows_of_the_authors_on_maps_smaller_than_a_level(height, width):
    x, wanted = torch.randn(2, 3, height, width, dtype=torch.float64), 0
    for level in (1, 2, 4):
        rows, columns = max(height // level, 1), max(width // level, 1)
        windows = [x[..., top:top + rows, left:left + columns].amax((2, 3))
                   for top in range(0, height - rows + 1, rows) for left in range(0, width - columns + 1, columns)]
        wanted = wanted + sum(windows) / len(windows)
    torch.testing.assert_close(HSPP(adaptive=False)(x), (wanted + 2 * x.mean((2, 3))) / 5)


def test_gap_and_gmp_are_its_ends():
    x = torch.randn(2, 5, 7, 6)
    torch.testing.assert_close(HSPP(levels=(), gamma=1.0)(x), GlobalAveragePooling()(x))
    torch.testing.assert_close(GlobalMaxPooling()(x), x.amax(dim=(2, 3)))


def test_tuple_contract_of_mmpretrain():
    maps = (torch.randn(2, 3, 8, 8), torch.randn(2, 4, 1, 3))
    pooled = HSPP()(maps)
    assert isinstance(pooled, tuple) and [tuple(y.shape) for y in pooled] == [(2, 3), (2, 4)]
    torch.testing.assert_close(pooled[1], HSPP()(maps[1]))


def test_gradient_reaches_every_pixel():
    x = torch.randn(1, 2, 5, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(HSPP(), x)
    HSPP()(x).sum().backward()
    assert (x.grad >= 2 / 5 / 25 - 1e-12).all()  # the average's share


@pytest.mark.parametrize('settings', [dict(levels=(0, )), dict(levels=(1.5, )), dict(gamma=-1),
                                      dict(levels=(), gamma=0)])
def test_bad_settings(settings):
    with pytest.raises(ValueError, match='HSPP'):
        HSPP(**settings)


def test_not_a_tensor():
    with pytest.raises(TypeError):
        HSPP()('image')
