"""Computing the mean of IRNet's displacements at the end of training."""
from collections.abc import Iterable
from typing import Any

import torch
from mmengine.dist import all_reduce
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch.utils.data import DataLoader

from mmwsss.utils.errors import InputError
from mmwsss.utils.progress import track

from ..checkpoints import unwrapped


@HOOKS.register_module()
class MeanShiftHook(Hook):
    """Set the head's `running_mean` after the last iteration, before the checkpoint is written.

    The losses determine displacements only up to a constant. IRNet subtracts the mean in eval mode: first averaged
    over the images and pixels of a batch, then over batches, without the mean shift. Averaged weights (MMEngine's
    `EMAHook`), which checkpoints hold in place of the trained ones, get the mean of their own displacements.

    Args:
        dataloader: config of a dataloader with images of equal size; without `drop_last` a smaller last batch
            counts like a full one.
    """

    priority = 'LOW'  # after EMAHook, before CheckpointHook

    def __init__(self, dataloader: dict) -> None:
        self.dataloader = dataloader

    def before_train(self, runner: Runner) -> None:
        """Build the dataloader, so that data that do not fit are refused before any training.

        Raises:
            InputError: the data set does not fit, or its images do not fill one batch.
        """
        self._loader: DataLoader = Runner.build_dataloader(self.dataloader, seed=runner.seed)
        if not len(self._loader):
            raise InputError(f'MeanShiftHook: {len(self._loader.dataset)} images do not fill one batch of '
                             f'{self._loader.batch_size}. Lower the batch size, or set drop_last=False.')

    def after_train_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None,
                         outputs: dict | None = None) -> None:
        """Compute the mean after the last iteration, whether the training counts epochs or iterations."""
        if runner.iter + 1 < runner.max_iters:
            return
        averages = [hook.ema_model.module for hook in runner.hooks if hasattr(hook, 'ema_model')]
        for model in (unwrapped(runner.model), *averages):
            total = self.total(model, self._loader, quiet=runner.rank != 0)
            all_reduce(total)
            model.head.running_mean.copy_(total[:2] / total[2])
            runner.logger.info(f'Mean displacement (dy, dx) over {int(total[2])} batches: '
                               f'{model.head.running_mean.tolist()}')

    @staticmethod
    @torch.no_grad()
    def total(model: torch.nn.Module, loader: Iterable[dict], quiet: bool = False) -> torch.Tensor:
        """Sum the mean displacements of batches.

        Args:
            model: an `IRNet`; it is left in training mode.
            loader: batches of `inputs` and `data_samples`.
            quiet: show no progress.

        Returns:
            `(3,)` float64: the sums of dy and of dx, in pixels at stride 4, and the number of batches.
        """
        total = torch.zeros(3, dtype=torch.float64)
        model.train()  # without the mean shift
        preprocess = model.get_submodule('data_preprocessor')
        for data in track(loader, 'mean displacement', disable=quiet):
            inputs = preprocess(data, True)['inputs']
            displacement = model(inputs, mode='tensor')[1]
            total[:2] += displacement.mean(dim=(0, 2, 3)).cpu().double()
            total[2] += 1
        return total
