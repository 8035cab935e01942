"""DeepLabv2's head.

Chen, Papandreou, Kokkinos, Murphy, Yuille: DeepLab: Semantic Image Segmentation with Deep Convolutional Nets,
Atrous Convolution, and Fully Connected CRFs, TPAMI 2018, section 3.2 (ASPP).
"""
from collections.abc import Sequence
from typing import Any

from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.utils.errors import InputError


@MODELS.register_module()
class DeepLabV2Head(BaseDecodeHead):
    """The sum of dilated 3x3 convolutions that map features directly to class logits.

    Weights are drawn from N(0, 0.01), biases start at 0, as published.

    Args:
        in_channels: channels of the feature map, or of each level that `input_transform='resize_concat'` joins.
        channels: unused; it exists so that this head can replace another one in an MMSeg config.
        num_classes: number of classes including the background.
        dilations: dilation of each branch, >= 1.
        dropout_ratio: ratio of channel dropout before the branches; 0 as published.
        input_transform: `None` or `'resize_concat'`, see `BaseDecodeHead`.
        init_cfg: MMEngine's initialisation config.
        **kwargs: those of `BaseDecodeHead` (`in_index`, `loss_decode`, `ignore_index`, `align_corners`, ...).

    Raises:
        InputError: a dilation is below 1, or `input_transform` does not give a single map.
    """

    def __init__(self,
                 in_channels: int | Sequence[int],
                 channels: int | None = None,
                 *,
                 num_classes: int,
                 dilations: Sequence[int] = (6, 12, 18, 24),
                 dropout_ratio: float = 0.0,
                 input_transform: str | None = None,
                 init_cfg: dict | None = None,
                 **kwargs: Any) -> None:
        if not dilations or min(dilations) < 1:
            raise InputError(f'DeepLabV2Head: dilations must be one or more integers >= 1, got {tuple(dilations)}.')
        if input_transform not in (None, 'resize_concat'):
            raise InputError("DeepLabV2Head: input_transform must be None or 'resize_concat', got "
                             f'{input_transform!r}.')
        super().__init__(in_channels, channels or num_classes, num_classes=num_classes, dropout_ratio=dropout_ratio,
                         input_transform=input_transform,
                         init_cfg=init_cfg or dict(type='Normal', layer='Conv2d', std=0.01), **kwargs)
        del self.conv_seg  # the branches classify; unused parameters would make distributed training fail
        self.branches = nn.ModuleList(
            nn.Conv2d(self.in_channels, self.out_channels, 3, padding=dilation, dilation=dilation)
            for dilation in dilations)

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Compute logits `(N, num_classes, h, w)` at the size of the level `in_index`.

        Args:
            inputs: features `(N, C, h, w)` of each level.

        Raises:
            InputError: the backbone returns another number of channels.
        """
        feat = self._transform_inputs(inputs)
        if feat.shape[1] != self.in_channels:
            raise InputError(f'DeepLabV2Head: in_channels={self.in_channels}, but the backbone returns {feat.shape[1]} '
                             f'channels at in_index={self.in_index}. Set in_channels={feat.shape[1]}.')
        if self.dropout is not None:
            feat = self.dropout(feat)
        return sum(branch(feat) for branch in self.branches)
