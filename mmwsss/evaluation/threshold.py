"""Background thresholds chosen from the scores alone, without a mask.

A weakly supervised set has no masks to sweep the threshold on. The pooled histogram of the winning
CAM scores has a background and a foreground mode; classic thresholding rules split it.
"""
from collections.abc import Callable

import numpy as np

from mmwsss.utils.errors import InputError


def otsu(counts: np.ndarray, centres: np.ndarray) -> int:
    """Split that maximises the variance between the two sides.

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


def li(counts: np.ndarray, centres: np.ndarray) -> int:
    """Split that minimises the cross entropy between the scores and their two means.

    C. H. Li and C. K. Lee, "Minimum Cross Entropy Thresholding", Pattern Recognition 26(4), 1993,
    Eq. 7. Without the terms that no split changes it is the maximum of
    `m_b log(m_b / w_b) + m_f log(m_f / w_f)` with weights `w` and first moments `m` of both sides.

    Args:
        counts: `(B,)` pixels of each bin, >= 0.
        centres: `(B,)` increasing score of each bin, >= 0.

    Returns:
        Index `i` in `[0, B - 2]`: bins up to and including `i` are background.
    """
    weight, moment = _shares(counts, centres)
    below = _moment_log_mean(weight[:-1], moment[:-1])
    above = _moment_log_mean(weight[-1] - weight[:-1], moment[-1] - moment[:-1])
    return int(np.argmax(below + above))


#: Rules by name: `(counts, centres) -> index of the last background bin`.
RULES: dict[str, Callable[[np.ndarray, np.ndarray], int]] = {'otsu': otsu, 'li': li}


def _shares(counts: np.ndarray, centres: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cumulative share of pixels and cumulative first moment, `(B,)` each, float64."""
    counts = np.asarray(counts, dtype=np.float64)
    if counts.ndim != 1 or len(counts) < 2 or not counts.sum() > 0:
        raise InputError('No threshold can be chosen from an empty score histogram. '
                         'Give at least two bins and one pixel.')
    share = counts / counts.sum()
    return np.cumsum(share), np.cumsum(share * np.asarray(centres, dtype=np.float64))


def _moment_log_mean(weight: np.ndarray, moment: np.ndarray) -> np.ndarray:
    """`m log(m / w)`, with its limit 0 where a side has no mass."""
    some = (weight > 0) & (moment > 0)
    mean = np.divide(moment, weight, out=np.ones_like(moment), where=some)
    return np.where(some, moment * np.log(mean), 0.0)
