"""A hook that writes the mean losses over ranks."""
import json
from pathlib import Path

import torch
from mmengine.dist import all_reduce, is_main_process
from mmengine.hooks import Hook
from mmseg.registry import HOOKS


@HOOKS.register_module()
class WriteAverageLosses(Hook):
    """Write the mean over ranks of every loss to `losses.json` in the work dir after each iteration."""

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        losses = {}
        for name, value in outputs.items():
            value = torch.as_tensor(value).detach().double().clone()
            all_reduce(value, 'mean')
            losses[name] = float(value)
        if is_main_process():
            Path(runner.work_dir, 'losses.json').write_text(json.dumps(losses))
