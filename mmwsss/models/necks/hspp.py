"""Hybrid spatial pyramid pooling (Ru, Du, Wu, IJCAI 2021)."""
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn


def hspp(feat: Tensor, levels: Sequence[int] = (1, 2, 4), gamma: float = 2.0, adaptive: bool = True) -> Tensor:
    """Combine the local maxima of a spatial pyramid with the global average.

    With `M_r` the mean of the `r x r` adaptive maxima and `A` the global average,
    `y = (sum_r M_r + gamma * A) / (len(levels) + gamma)`. A global maximum only sees the most discriminative part, and
    the average spills over the object; the pyramid needs evidence in every part of the image.

    Args:
        feat: `(N, C, H, W)`, any `H, W >= 1`; a level larger than the map repeats pixels.
        levels: bins along each side, one entry per pyramid level.
        gamma: weight of the global average relative to one level.
        adaptive: True for exactly `r x r` bins on maps of any size. False for the authors' code: windows of
            `(H // r, W // r)` side by side, which may be more than `r x r`, or leave pixels at the end out; on maps
            smaller than a level, where their code stops, windows of one pixel. Both agree where `r` divides `H` and
            `W`, as in training with crops of 512.

    Returns:
        `(N, C)`.
    """
    pooled = gamma * feat.mean(dim=(2, 3))
    for level in levels:
        window = [max(size // level, 1) for size in feat.shape[2:]]
        bins = F.adaptive_max_pool2d(feat, level) if adaptive else F.max_pool2d(feat, window)
        pooled = pooled + bins.mean(dim=(2, 3))
    return pooled / (len(levels) + gamma)


@MODELS.register_module()
class HSPP(nn.Module):
    """Neck for hybrid spatial pyramid pooling, see :func:`hspp`.

    Like MMPretrain's `GlobalAveragePooling`, it maps `(N, C, H, W)` to `(N, C)`, and a tuple to a tuple.

    Args:
        levels: bins along each side, positive integers.
        gamma: weight of the global average, >= 0. `levels=()` with any positive `gamma` is global average pooling;
            `levels=(1,)` with `gamma=0` is global maximum pooling.
        adaptive: see :func:`hspp`.

    Raises:
        ValueError: levels or gamma are out of range, or levels are empty and gamma is 0.
    """
    part_of = 'the neck of a classifier (CAMClassifier, ImageClassifier)'

    def __init__(self, levels: Sequence[int] = (1, 2, 4), gamma: float = 2.0, adaptive: bool = True) -> None:
        super().__init__()
        if any(int(level) != level or level < 1 for level in levels) or gamma < 0:
            raise ValueError('HSPP: levels must be positive integers and gamma must be at least 0, got '
                             f'levels={levels} and gamma={gamma}.')
        if not levels and gamma == 0:
            raise ValueError('HSPP: levels must not be empty if gamma is 0.')
        self.levels = tuple(int(level) for level in levels)
        self.gamma = float(gamma)
        self.adaptive = adaptive

    def forward(self, inputs: Tensor | tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
        """Pool `(N, C, H, W)` (or each of a tuple) to `(N, C)`."""
        if isinstance(inputs, tuple | list):
            return tuple(hspp(feat, self.levels, self.gamma, self.adaptive) for feat in inputs)
        if not torch.is_tensor(inputs):
            raise TypeError(f'HSPP: inputs must be a tensor or a tuple of tensors, got {type(inputs).__name__}.')
        return hspp(inputs, self.levels, self.gamma, self.adaptive)

    def extra_repr(self) -> str:
        """The settings, for `print(model)`."""
        return f'levels={self.levels}, gamma={self.gamma}, adaptive={self.adaptive}'
