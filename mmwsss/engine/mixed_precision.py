"""Mixed precision on any device: MMEngine's on GPUs, bfloat16 without loss scaling elsewhere."""
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.optim import OptimWrapper
from mmseg.registry import OPTIM_WRAPPERS
from torch import nn

from mmwsss.utils.autocast import autocast, has_autocast
from mmwsss.utils.errors import InputError


@OPTIM_WRAPPERS.register_module()
class BFloat16OptimWrapper(OptimWrapper):
    """Forward passes under autocast to bfloat16.

    MMEngine's `AmpOptimWrapper` needs a GPU for its loss scaler. bfloat16 has the exponents of float32, so gradients
    need no scaling.

    Args:
        **kwargs: those of MMEngine's `OptimWrapper`.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """The context of a training step's forward pass."""
        with super().optim_context(model), torch.autocast(get_device(), dtype=torch.bfloat16):
            yield

    def load_state_dict(self, state_dict: dict) -> None:
        """Load the optimizer's state, also from a run with loss scaling."""
        state_dict.pop('loss_scaler', None)
        super().load_state_dict(state_dict)


def configure_amp(cfg: Config, amp: bool) -> None:
    """Configure mixed precision for the current device.

    Args:
        cfg: the run's config, changed in place. On devices without loss scaling, a config's own `AmpOptimWrapper`
            becomes bfloat16.
        amp: whether the command line sets `--amp`.

    Raises:
        InputError: mixed precision does not work with the config's optimizer wrapper, or PyTorch lacks it on this
            device.
    """
    wrapper = cfg.get('optim_wrapper')
    if wrapper is None:
        return
    wrapper.setdefault('type', 'OptimWrapper')
    mixed = ('AmpOptimWrapper', 'BFloat16OptimWrapper', 'mmseg.BFloat16OptimWrapper')
    if amp and wrapper.type not in mixed:
        if wrapper.type != 'OptimWrapper':
            raise InputError(f'--amp does not support the optimizer wrapper {wrapper.type}. Omit --amp, or set '
                             "optim_wrapper.type='OptimWrapper'.")
        wrapper.type = 'AmpOptimWrapper'
    device = get_device()
    if wrapper.type in mixed and not has_autocast(device):
        raise InputError(f'PyTorch {torch.__version__} has no mixed precision on {device}. Install a newer version, '
                         "or omit --amp and set optim_wrapper.type='OptimWrapper'.")
    if wrapper.type == 'AmpOptimWrapper' and device in ('cpu', 'mps'):
        wrapper.type = 'mmseg.BFloat16OptimWrapper'
        for key in ('loss_scale', 'dtype', 'use_fsdp'):
            wrapper.pop(key, None)


def require_autocast(model: nn.Module) -> None:
    """Check that the current device can do the model's `test_cfg.autocast`, before its first prediction.

    Raises:
        InputError: this PyTorch has no autocast on the device.
    """
    autocast(torch.device(get_device()), (getattr(model, 'test_cfg', None) or {}).get('autocast'))
