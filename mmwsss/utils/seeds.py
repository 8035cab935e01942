"""Seeds of random numbers."""
from typing import Any

from .errors import InputError

LARGEST = 2**32 - 1  # that NumPy and scikit-learn take


def require_seed(seed: Any, what: str = 'The seed') -> None:
    """Check a seed.

    Args:
        seed: to check.
        what: it is called in the message.

    Raises:
        InputError: it is no whole number, or out of the range of NumPy's seeds.
    """
    if not isinstance(seed, int) or not 0 <= seed <= LARGEST:
        raise InputError(f'{what} must be a whole number from 0 to {LARGEST}, got {seed!r}.')
