"""Autocast on devices that support it."""
from contextlib import AbstractContextManager, nullcontext

import torch


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
