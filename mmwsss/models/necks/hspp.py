"""Hybrid spatial pyramid pooling (Ru, Du, Wu, IJCAI 2021)."""
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn


def hspp(feat: Tensor, levels: Sequence[int] = (1, 2, 4), gamma: float = 2.0) -> Tensor:
    """Pool local maxima of a spatial pyramid together with the global average.

    With `M_r` the mean of the `r x r` adaptive maxima and `A` the global average,
    `y = (sum_r M_r + gamma * A) / (len(levels) + gamma)`. Maxima alone see only the most
    discriminative part, the average alone spills over the object; the pyramid asks for evidence in
    every part of the image.

    Args:
        feat: `(N, C, H, W)`, any `H, W >= 1`; a level larger than the map repeats pixels.
        levels: bins along each side, one entry a pyramid level.
        gamma: weight of the global average against one level.

    Returns:
        `(N, C)`.
    """
    pooled = gamma * feat.mean(dim=(2, 3))
    for level in levels:
        pooled = pooled + F.adaptive_max_pool2d(feat, level).mean(dim=(2, 3))
    return pooled / (len(levels) + gamma)


@MODELS.register_module()
class HSPP(nn.Module):
    """Neck that pools by hybrid spatial pyramid pooling, see :func:`hspp`.

    Same contract as MMPretrain's `GlobalAveragePooling`: `(N, C, H, W)` or a tuple of such maps gives
    `(N, C)` or a tuple.

    Args:
        levels: bins along each side, positive integers.
        gamma: weight of the global average, >= 0. With `levels=()` and any positive `gamma` this is
            global average pooling, with `levels=(1,)` and `gamma=0` global maximum pooling.

    Raises:
        ValueError: levels or gamma out of range, or both empty.
    """

    def __init__(self, levels: Sequence[int] = (1, 2, 4), gamma: float = 2.0) -> None:
        super().__init__()
        if any(int(level) != level or level < 1 for level in levels) or gamma < 0:
            raise ValueError(f'HSPP: levels {levels} must be positive integers and gamma {gamma} >= 0')
        if not levels and gamma == 0:
            raise ValueError('HSPP: no levels and gamma 0 leave nothing to pool')
        self.levels = tuple(int(level) for level in levels)
        self.gamma = float(gamma)

    def forward(self, inputs: Tensor | tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
        """Pool `(N, C, H, W)` (or each of a tuple) to `(N, C)`."""
        if isinstance(inputs, tuple | list):
            return tuple(hspp(feat, self.levels, self.gamma) for feat in inputs)
        if not torch.is_tensor(inputs):
            raise TypeError('neck inputs should be tuple or torch.tensor')
        return hspp(inputs, self.levels, self.gamma)

    def extra_repr(self) -> str:
        """The settings, for `print(model)`."""
        return f'levels={self.levels}, gamma={self.gamma}'
