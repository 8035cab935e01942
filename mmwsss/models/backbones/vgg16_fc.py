"""VGG16 with its fully connected layers as convolutions, as AffinityNet (PSA) has it.

Ahn, Kwak: Learning Pixel-level Semantic Affinity with Image-level Supervision for Weakly Supervised Semantic
Segmentation, CVPR 2018.
"""
from collections.abc import Sequence
from typing import Any

import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.utils.errors import InputError

from .vgg16_stride8 import STAGES, VGG16Stride8

FROZEN_STAGES = 2


@MODELS.register_module()
class VGG16FC(VGG16Stride8):
    """The convolutions of :class:`VGG16Stride8` without the last pool, then fc6 (3x3) and fc7 (1x1), 1024 channels.

    The levels are all of stride 8, after ReLU: 0, the end of the fourth stage before its pool, 512 channels; 1, the end
    of the fifth, 512; 2, fc7, 1024. The first two stages do not learn. Half of the channels of fc6 are dropped in
    training.

    Args:
        out_indices: levels to return, ascending.
        fc6_dilation: 1 in AffinityNet's classifier, 4 in AffinityNet.
        **kwargs: those of :class:`VGG16Stride8`. `init_cfg=[dict(type='VGG16Decimation'), dict(type='Pretrained',
            checkpoint='torchvision://vgg16')]` takes all layers from VGG16.

    Raises:
        InputError: a level does not exist, or the levels do not ascend.
    """

    def __init__(self, out_indices: Sequence[int] = (0, 1, 2), fc6_dilation: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.out_indices = tuple(out_indices)
        if not self.out_indices or sorted({*self.out_indices} & {0, 1, 2}) != list(self.out_indices):
            raise InputError(f'VGG16FC: out_indices={out_indices!r} must be some of 0, 1, 2, ascending: conv4, conv5 '
                             'and fc7.')
        pools = [index for index, layer in enumerate(self.features) if isinstance(layer, nn.MaxPool2d)]
        del self.features[-1]
        self.fourth_pool = pools[3]
        self.fc6 = nn.Conv2d(STAGES[-1][0][-1], 1024, 3, padding=fc6_dilation, dilation=fc6_dilation)
        self.drop = nn.Dropout2d(0.5)
        self.fc7 = nn.Conv2d(1024, 1024, 1)
        self.features[:pools[FROZEN_STAGES - 1]].requires_grad_(False)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the levels of `out_indices`, each `(N, C_l, h, w)` with `h = ceil(H / 8)`.

        Args:
            x: normalised images `(N, 3, H, W)`.
        """
        conv4 = self.features[:self.fourth_pool](x)
        conv5 = self.features[self.fourth_pool:](conv4)
        fc7 = F.relu(self.fc7(self.drop(F.relu(self.fc6(conv5)))))
        return tuple((conv4, conv5, fc7)[index] for index in self.out_indices)
