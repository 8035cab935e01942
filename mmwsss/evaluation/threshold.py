"""Label-free background thresholds, chosen from the scores alone.

A weakly supervised data set has no masks for a threshold sweep. The histogram of the winning CAM scores over all
images has a background and a foreground mode; Otsu's rule splits it.
"""
import numpy as np

from mmwsss.utils.errors import InputError


def otsu(counts: np.ndarray, centres: np.ndarray) -> int:
    """Find the split that maximises the variance between its two sides.

    N. Otsu, "A Threshold Selection Method from Gray-Level Histograms", IEEE Trans. SMC 9(1), 1979,
    Eq. 18: `(mu_T w - mu)^2 / (w (1 - w))`.

    Args:
        counts: `(B,)` pixels of each bin, >= 0.
        centres: `(B,)` increasing score of each bin, >= 0.

    Returns:
        Index `i` in `[0, B - 2]`: bins up to and including `i` are background.
    """
    weight, moment = _shares(counts, centres)
    below, mean = weight[:-1], moment[:-1]
    spread = (moment[-1] * below - mean) ** 2
    within = below * (1 - below)
    return int(np.argmax(np.divide(spread, within, out=np.zeros_like(spread), where=within > 0)))


def _shares(counts: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative share of pixels and cumulative first moment, `(B,)` each, float64."""
    counts = np.asarray(counts, dtype=np.float64)
    if counts.ndim != 1 or len(counts) < 2 or not counts.sum() > 0:
        raise InputError('The score histogram is empty, so no threshold can be chosen. Pass at least two bins and '
                         'one pixel.')
    share = counts / counts.sum()
    return np.cumsum(share), np.cumsum(share * np.asarray(centres, dtype=np.float64))
