"""Otsu's rule against its definition, evaluated for every split of the pixels."""
import numpy as np
import pytest

from mmwsss.evaluation.threshold import otsu
from mmwsss.utils.errors import InputError

CENTRES = np.concatenate([[0], (np.arange(20) + 0.5) / 20])


def two_modes(seed: int, zeros: int = 0) -> np.ndarray:
    """Pixels per bin of a large dark and a small bright mode; the first bin is exactly 0."""
    random = np.random.default_rng(seed)
    scores = np.concatenate([random.beta(1, 8, 700), random.beta(6, 3, 300)])
    return np.array([zeros, *np.histogram(scores, bins=20, range=(0, 1))[0]])


def sides(counts):
    """Every split with pixels on both sides: its index and the scores of both sides."""
    for split in range(len(counts) - 1):
        below = np.repeat(CENTRES[:split + 1], counts[:split + 1])
        above = np.repeat(CENTRES[split + 1:], counts[split + 1:])
        if len(below) and len(above):
            yield split, below, above


@pytest.mark.parametrize('zeros', [0, 30, 5000])
@pytest.mark.parametrize('seed', range(3))
def test_otsu_leaves_the_least_variance_within_the_sides(seed, zeros):
    counts = two_modes(seed, zeros)
    within = {split: len(below) * below.var() + len(above) * above.var()
              for split, below, above in sides(counts)}
    assert otsu(counts, CENTRES) == min(within, key=within.get)


@pytest.mark.parametrize('bins', [(2, 7), (0, 19), (0, 1)])
def test_two_spikes_are_parted(bins):
    counts = np.zeros(21)
    counts[list(bins)] = 50
    assert bins[0] <= otsu(counts, CENTRES) < bins[1]
    assert otsu(np.array([3, 1]), np.array([0.2, 0.8])) == 0  # between the only two bins


def test_only_proportions_matter():
    counts = two_modes(1)
    assert otsu(counts, CENTRES) == otsu(counts * 10**9, CENTRES)


@pytest.mark.parametrize('counts', [np.zeros(5), np.array([3.0])])
def test_nothing_to_split(counts):
    with pytest.raises(InputError, match='histogram'):
        otsu(counts, np.arange(len(counts)))
