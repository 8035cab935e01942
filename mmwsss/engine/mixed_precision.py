"""Mixed precision on any device: MMEngine's on GPUs, bfloat16 without a loss scale elsewhere."""
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.config import Config
from mmengine.device import get_device
from mmengine.optim import OptimWrapper
from mmseg.registry import OPTIM_WRAPPERS
from torch import nn

from mmwsss.utils.autocast import has_autocast
from mmwsss.utils.errors import InputError


@OPTIM_WRAPPERS.register_module()
class BFloat16OptimWrapper(OptimWrapper):
    """Forward passes under autocast to bfloat16.

    MMEngine's `AmpOptimWrapper` needs a GPU for its loss scaler. bfloat16 has the exponents of float32, so gradients
    need no scaling.

    Args:
        **kwargs: as MMEngine's `OptimWrapper` takes them.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """What a training step's forward pass runs in."""
        with super().optim_context(model), torch.autocast(get_device(), dtype=torch.bfloat16):
            yield

    def load_state_dict(self, state_dict: dict) -> None:
        """Take the optimizer's state, also that of a run with a loss scale."""
        state_dict.pop('loss_scaler', None)
        super().load_state_dict(state_dict)


def configure_amp(cfg: Config, amp: bool) -> None:
    """Let a config train in mixed precision on the device at hand.

    Args:
        cfg: the run's config, changed in place. A config that asks for MMEngine's `AmpOptimWrapper`
            itself gets bfloat16 on devices without a loss scale.
        amp: whether the command line asks for mixed precision.

    Raises:
        InputError: mixed precision is asked for with another optimizer wrapper than MMEngine's own, or PyTorch does not
            have it on this device.
    """
    wrapper = cfg.get('optim_wrapper')
    if wrapper is None:
        return
    wrapper.setdefault('type', 'OptimWrapper')
    mixed = ('AmpOptimWrapper', 'BFloat16OptimWrapper', 'mmseg.BFloat16OptimWrapper')
    if amp and wrapper.type not in mixed:
        if wrapper.type != 'OptimWrapper':
            raise InputError(f'--amp does not know the optimizer wrapper {wrapper.type}. Omit --amp, or set '
                             "optim_wrapper.type='OptimWrapper'.")
        wrapper.type = 'AmpOptimWrapper'
    device = get_device()
    if wrapper.type in mixed and not has_autocast(device):
        raise InputError(f'PyTorch {torch.__version__} has no mixed precision on {device}. Install a newer one, or '
                         "omit --amp and set optim_wrapper.type='OptimWrapper'.")
    if wrapper.type == 'AmpOptimWrapper' and device in ('cpu', 'mps'):
        wrapper.type = 'mmseg.BFloat16OptimWrapper'
        for key in ('loss_scale', 'dtype', 'use_fsdp'):
            wrapper.pop(key, None)
