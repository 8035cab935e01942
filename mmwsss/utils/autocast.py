"""Autocast on devices that support it."""
from contextlib import AbstractContextManager, nullcontext

import torch

from .errors import InputError


def has_autocast(device_type: str) -> bool:
    """Whether this PyTorch supports autocast on a device type; on `mps` only newer versions do."""
    try:
        torch.autocast(device_type, enabled=False)
    except RuntimeError:
        return False
    return True


def full_precision(device_type: str) -> AbstractContextManager:
    """Disable autocast, also inside an autocast block.

    Args:
        device_type: of the tensors, e.g. `tensor.device.type`.
    """
    return torch.autocast(device_type, enabled=False) if has_autocast(device_type) else nullcontext()


def check_autocast(owner: str, dtype: str | None) -> None:
    """Check the setting `test_cfg.autocast`.

    Args:
        owner: class of the model, for the message.
        dtype: the setting.

    Raises:
        InputError: it is neither `None`, `'bfloat16'` nor `'float16'`.
    """
    if dtype not in (None, 'bfloat16', 'float16'):
        raise InputError(f"{owner}: test_cfg.autocast={dtype!r} must be None, 'bfloat16' or 'float16'.")


def autocast(device: torch.device, dtype: str | None) -> AbstractContextManager:
    """Return PyTorch's autocast, or a context that does nothing.

    Args:
        device: where the network runs.
        dtype: `'bfloat16'` or `'float16'`; `None` for no autocast.

    Raises:
        InputError: this PyTorch has no autocast on the device.
    """
    if dtype is None:
        return nullcontext()
    if not has_autocast(device.type):
        raise InputError(f'test_cfg.autocast={dtype!r}: PyTorch {torch.__version__} has no autocast on {device.type}. '
                         'Set it to None.')
    return torch.autocast(device.type, dtype=getattr(torch, dtype))
