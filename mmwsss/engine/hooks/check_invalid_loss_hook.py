"""A training that diverged ends with a message, not hours later with a checkpoint of no use."""
from typing import Any

import torch
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import nn

from mmwsss.utils.errors import InputError

from ..checkpoints import broken_weights


@HOOKS.register_module()
class CheckInvalidLossHook(Hook):
    """Stop when weights are infinite or not numbers, which no later step mends.

    The weights are looked at when a loss is not finite, and before each checkpoint is saved. A loss alone stops
    nothing: mixed precision leaves out steps whose gradients overflow. `tools/train.py` adds the hook to each training.
    """

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None,
                         outputs: dict | None = None) -> None:
        """Look at the losses of a step.

        Raises:
            InputError: a loss and weights are not finite.
        """
        losses = {name: torch.as_tensor(value).detach() for name, value in (outputs or {}).items() if 'loss' in name}
        invalid = {name: loss.item() for name, loss in losses.items() if not loss.isfinite()}
        if invalid:
            name, value = next(iter(invalid.items()))
            _require_weights(runner.model, f'{name} is {value} in iteration {runner.iter + 1}')

    def before_save_checkpoint(self, runner: Runner, checkpoint: dict) -> None:
        """Look at the weights that would be saved.

        Raises:
            InputError: they are not finite.
        """
        _require_weights(runner.model, 'its weights cannot be saved')


def _require_weights(model: nn.Module, what: str) -> None:
    broken = broken_weights(model)
    if broken:
        raise InputError(f'The training diverged: {what}. {broken[0]} has infinite or NaN values. '
                         'Lower the learning rate (optim_wrapper.optimizer.lr), or limit the gradients '
                         '(optim_wrapper.clip_grad).')
