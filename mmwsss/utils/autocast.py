"""Mixed precision where the device and PyTorch have it."""
from contextlib import AbstractContextManager, nullcontext

import torch


def has_autocast(device_type: str) -> bool:
    """Whether this PyTorch knows autocast on a kind of device; on `mps` only newer ones do."""
    try:
        torch.autocast(device_type, enabled=False)
    except RuntimeError:
        return False
    return True


def full_precision(device_type: str) -> AbstractContextManager:
    """Without autocast, also inside of one.

    Args:
        device_type: of the tensors, e.g. `tensor.device.type`.
    """
    return torch.autocast(device_type, enabled=False) if has_autocast(device_type) else nullcontext()
