"""Checks of an inferencer's settings."""
from typing import Any

import torch

from mmwsss.utils.errors import InputError


def require_device(device: str) -> None:
    """Check that a device works.

    Raises:
        InputError: it does not work.
    """
    try:
        torch.zeros(1, device=device).item()
    except Exception as error:  # every backend has its own
        reason = str(error).partition('\n')[0].rstrip('.')
        raise InputError(f'The device {device} cannot be used ({reason}). Choose one that this machine has, such '
                         'as cpu, or omit it.') from error


def checked_size(size: Any) -> int | None:
    """A limit of the long side.

    Raises:
        InputError: it is not a number of at least 1.
    """
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size < 1):
        raise InputError(f"max_size={size!r} must be a number of pixels, at least 1, or 'auto' or None.")
    return size
