"""A faster backbone during tests."""
import copy

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
    except (AttributeError, RuntimeError, TypeError):  # folding does not support this network
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
    """Test with a folded, channels-last copy of the backbone, then restore the original.

    Results differ only by rounding. Measure the speed with `tools/analysis_tools/benchmark.py cam`.
    """

    def before_test(self, runner: Runner) -> None:
        """Replace the backbone by its fast copy."""
        model = self._model(runner)
        self._original = model.get_submodule('backbone')
        model.backbone = fast_copy(self._original)

    def after_test(self, runner: Runner) -> None:
        """Restore the original backbone."""
        self._model(runner).backbone = self._original

    @staticmethod
    def _model(runner: Runner) -> nn.Module:
        return unwrapped(runner.model)
