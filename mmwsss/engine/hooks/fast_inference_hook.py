"""A faster backbone during tests."""
import copy
from typing import Any

import torch
from mmcv.cnn import fuse_conv_bn
from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from torch import Tensor, nn

from ..checkpoints import unwrapped


def fast_copy(backbone: nn.Module, tolerance: float = 1e-4) -> nn.Module:
    """Copy a backbone for inference: batch norms folded into convolutions, channels-last weights.

    Folding assumes that a norm follows the convolution before it by name, which is not true for all networks. So
    the folded copy is used only if it gives the same result on random images.

    Args:
        backbone: in eval mode; it is not changed.
        tolerance: largest difference, relative to the largest value of each feature map.

    Returns:
        The copy, with the same inputs and outputs.
    """
    plain = copy.deepcopy(backbone)
    plain.eval()
    try:
        fused = fuse_conv_bn(copy.deepcopy(plain))
        if not _equal(plain, fused, tolerance):
            fused = plain
    # Folding does not support this network, or the network takes no images of the size that is tried.
    except (AssertionError, AttributeError, RuntimeError, TypeError, ValueError):
        fused = plain
    return fused.to(memory_format=torch.channels_last)


@torch.no_grad()
def _equal(one: nn.Module, other: nn.Module, tolerance: float) -> bool:
    """Whether two backbones give the same feature maps on two random images."""
    reference = next(one.parameters())
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(2, 3, 128, 160, generator=generator).to(reference)
    maps, others = one(images), other(images)
    if isinstance(maps, Tensor):
        maps, others = (maps, ), (others, )
    return all(
        bool((a - b).abs().max() <= tolerance * a.abs().max().clamp(min=1e-6))
        for a, b in zip(maps, others, strict=True))


@HOOKS.register_module()
class FastInferenceHook(Hook):
    """Test with a folded, channels-last copy of the backbone.

    Results differ only by rounding. Measure the speed with `tools/analysis_tools/benchmark.py cam`.
    """

    _backbone: nn.Module | None = None  # that computes with a copy

    def before_test_iter(self, runner: Runner, batch_idx: int, data_batch: Any = None) -> None:
        """Before the first batch, let the backbone compute with its fast copy.

        The backbone stays in the model with its own parameters, so that other hooks can hold and exchange them. By the
        first batch, all of them have prepared the weights to test: MMEngine's EMAHook does it `before_test_epoch`.
        """
        if batch_idx == 0:
            self._restore()
            self._backbone = unwrapped(runner.model).get_submodule('backbone')
            self._backbone.forward = fast_copy(self._backbone).forward

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Let the backbone compute with its own parameters again."""
        self._restore()

    def _restore(self) -> None:
        if self._backbone is not None:
            vars(self._backbone).pop('forward', None)
            self._backbone = None
