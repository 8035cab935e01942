"""Draws from a generator of random numbers."""
from collections.abc import Sequence
from typing import Any

import numpy as np


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number between two."""
    return low + (high - low) * rng.random()


def pick(rng: np.random.Generator, options: Sequence) -> Any:
    """One of several."""
    return options[rng.integers(len(options))]
