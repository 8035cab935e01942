"""A hook that writes what the ranks' losses are on average."""
import json
from pathlib import Path

import torch
from mmengine.dist import all_reduce, is_main_process
from mmengine.hooks import Hook
from mmseg.registry import HOOKS


@HOOKS.register_module()
class WriteAverageLosses(Hook):
    """After each iteration: the mean over ranks of every loss, into `losses.json` of the work dir."""

    def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None) -> None:
        losses = {}
        for name, value in outputs.items():
            value = torch.as_tensor(value).detach().double().clone()
            all_reduce(value, 'mean')
            losses[name] = float(value)
        if is_main_process():
            Path(runner.work_dir, 'losses.json').write_text(json.dumps(losses))
