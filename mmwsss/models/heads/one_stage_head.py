"""The decoder of 1-Stage.

Araslanov, Roth: Single-Stage Semantic Segmentation from Image Labels, CVPR 2020, sections 3.4 and 3.5.
"""
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.models.decode_heads.aspp_head import ASPPModule
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.necks.ngwp import with_background
from mmwsss.utils.errors import InputError

from .conv_norm import conv_norm
from .global_cue_injection import NORM, GlobalCueInjection
from .stochastic_gate import StochasticGate

INIT = dict(type='Kaiming', layer='Conv2d', mode='fan_in')


class FrozenASPP(BaseModule):
    """Parallel dilated convolutions and the average of the image, joined by a 1x1 convolution.

    Its batch norms keep their statistics, mean 0 and variance 1 in a new network, so they only scale and shift.

    Args:
        in_channels: of the input.
        channels: of each branch and of the result.
        dilations: of the branches; 1 is a 1x1 convolution.
        drop_rate: of elements of the result.
        norm_cfg: of all norms.
    """

    def __init__(self, in_channels: int, channels: int, dilations: Sequence[int], drop_rate: float,
                 norm_cfg: dict) -> None:
        super().__init__()
        act_cfg = dict(type='ReLU')
        self.branches = ASPPModule(dilations, in_channels, channels, conv_cfg=None, norm_cfg=norm_cfg, act_cfg=act_cfg)
        self.image = conv_norm(in_channels, channels, 1, norm_cfg)
        self.join = conv_norm((len(dilations) + 1) * channels, channels, 1, norm_cfg)
        self.dropout = nn.Dropout(drop_rate)
        self.train()

    def train(self, mode: bool = True) -> 'FrozenASPP':
        """Switch to training mode; batch norms stay in eval mode."""
        super().train(mode)
        for module in self.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()
        return self

    def forward(self, feat: Tensor) -> Tensor:
        """Map `(N, in_channels, h, w)` to `(N, channels, h, w)`."""
        image = self.image(feat.mean(dim=(2, 3), keepdim=True)).expand(-1, -1, *feat.shape[2:])
        return self.dropout(self.join(torch.cat([*self.branches(feat), image], dim=1)))


@MODELS.register_module()
class OneStageHead(BaseDecodeHead):
    """Logits at the stride of a shallow level, from a deep level and that one.

    ASPP on the deep level is joined with a projection of the shallow level. The stochastic gate mixes the result with
    the shallow level after global cue injection. The logit of the background is a constant.

    It is a decode head as any: with masks it trains in MMSeg's `EncoderDecoder`, with image labels in
    `OneStageSegmentor`.

    Args:
        in_channels: channels of the shallow and of the deep level.
        in_index: these levels. As published, `layer1` and `layer4` of a ResNet, `b3_2` and `conv6` of ResNet38.
        channels: of the decoder.
        skip_channels: of the shallow level's projection.
        dilations: of ASPP; the same at stride 8 and at stride 16, as in the release.
        gate_rate: probability of shallow elements in the stochastic gate, in [0, 1).
        drop_rates: of elements after ASPP and between the last convolutions.
        bg_logit: logit of the background in every pixel.
        norm_cfg: of all norms. Those of ASPP keep their statistics; the others use those of the batch.
        num_classes: number of classes including the background.
        init_cfg: MMEngine's initialisation config; He's normal distribution by default, as in the release.
        **kwargs: those of `BaseDecodeHead` (`loss_decode`, `ignore_index`, ...).

    Raises:
        InputError: there are not two levels, a setting is out of range, or the backbone returns other channels.
    """

    def __init__(self,
                 in_channels: Sequence[int] = (256, 2048),
                 in_index: Sequence[int] = (0, 3),
                 channels: int = 256,
                 skip_channels: int = 48,
                 dilations: Sequence[int] = (1, 12, 24, 36),
                 gate_rate: float = 0.3,
                 drop_rates: Sequence[float] = (0.5, 0.5, 0.1),
                 bg_logit: float = 1.0,
                 norm_cfg: dict = NORM,
                 *,
                 num_classes: int,
                 init_cfg: dict | None = None,
                 **kwargs: Any) -> None:
        if len(in_channels) != 2 or len(in_index) != 2:
            raise InputError(f'OneStageHead: in_channels={in_channels} and in_index={in_index} must be those of two '
                             'levels, a shallow and a deep one.')
        if not dilations or min(dilations) < 1 or len(drop_rates) != 3:
            raise InputError(f'OneStageHead: dilations={tuple(dilations)} must be integers of at least 1, and '
                             f'drop_rates={tuple(drop_rates)} three numbers.')
        super().__init__(tuple(in_channels), channels, num_classes=num_classes, in_index=tuple(in_index),
                         input_transform='multiple_select', align_corners=kwargs.pop('align_corners', True),
                         norm_cfg=norm_cfg, dropout_ratio=0,
                         init_cfg=init_cfg or INIT,
                         **kwargs)
        del self.conv_seg  # unused parameters would make distributed training fail
        shallow, deep = in_channels
        self.bg_logit = bg_logit
        self.aspp = FrozenASPP(deep, channels, dilations, drop_rates[0], norm_cfg)
        self.skip = conv_norm(shallow, skip_channels, 1, norm_cfg)
        self.merge = conv_norm(channels + skip_channels, channels, 3, norm_cfg)
        self.cues = GlobalCueInjection(shallow, channels, channels, norm_cfg)
        self.gate = StochasticGate(gate_rate)
        self.last = nn.Sequential(
            conv_norm(channels, channels, 3, norm_cfg), nn.Dropout(drop_rates[1]),
            conv_norm(channels, channels, 3, norm_cfg), nn.Dropout(drop_rates[2]))
        self.classifier = nn.Conv2d(channels, num_classes - 1, 1)

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Compute logits `(N, num_classes, h, w)` at the size of the shallow level, the background first.

        Args:
            inputs: features `(N, C, h, w)` of each level.

        Raises:
            InputError: see :meth:`check_levels`.
        """
        self.check_levels([feat.shape[1] for feat in inputs])
        shallow, deep = self._transform_inputs(inputs)
        deep = F.interpolate(self.aspp(deep), size=shallow.shape[2:], mode='bilinear', align_corners=True)
        deep = self.merge(torch.cat([deep, self.skip(shallow)], dim=1))
        mixed = self.gate(deep, self.cues(shallow, deep))
        return with_background(self.classifier(self.last(mixed)), self.bg_logit)

    def check_levels(self, channels: Sequence[int]) -> None:
        """Check the channels of a backbone's levels; `OneStageSegmentor` calls it before anything runs.

        Raises:
            InputError: a level of `in_index` is missing or has other channels.
        """
        if not all(-len(channels) <= index < len(channels) for index in self.in_index):
            raise InputError(f'OneStageHead: in_index={tuple(self.in_index)}, but the backbone returns {len(channels)} '
                             'levels. Set model.backbone.out_indices to more stages, or other in_index.')
        found = tuple(channels[index] for index in self.in_index)
        if found != tuple(self.in_channels):
            raise InputError(f'OneStageHead: in_channels={tuple(self.in_channels)}, but the backbone returns {found} '
                             f'channels at in_index={tuple(self.in_index)}. Set in_channels={found}.')
