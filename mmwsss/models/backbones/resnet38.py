"""The wide ResNet of 38 layers that AffinityNet, SEAM, SC-CAM and 1-Stage use.

Wu, Shen, van den Hengel: Wider or Deeper: Revisiting the ResNet Model for Visual Recognition, Pattern Recognition 2019
(model A1).
"""
from collections.abc import Sequence

import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.utils.errors import InputError

# Name, input channels, channels inside, output channels, number of blocks, stride of the first, dilation.
STAGES = (('b2', 64, 128, 128, 3, 2, 1), ('b3', 128, 256, 256, 3, 2, 1), ('b4', 256, 512, 512, 6, 2, 1),
          ('b5', 512, 512, 1024, 3, 1, 2))
TAPS = dict(b5=0, b6=1)  # block -> the level that its activated input is; level 2 is the end
SHALLOW = 'b3_2'
FROZEN = ('conv1a', 'b2', 'b2_1', 'b2_2')


class Block(nn.Module):
    """A pre-activation block of two 3x3 convolutions; its shortcut starts from the activated input.

    Args:
        in_channels: of the input.
        channels: of the first convolution.
        out_channels: of the result.
        stride: of the first convolution.
        dilations: of the two convolutions.
    """

    def __init__(self, in_channels: int, channels: int, out_channels: int, stride: int = 1,
                 dilations: tuple[int, int] = (1, 1)) -> None:
        super().__init__()
        first, second = dilations
        self.bn_branch2a = nn.BatchNorm2d(in_channels)
        self.conv_branch2a = nn.Conv2d(in_channels, channels, 3, stride, padding=first, dilation=first, bias=False)
        self.bn_branch2b1 = nn.BatchNorm2d(channels)
        self.conv_branch2b1 = nn.Conv2d(channels, out_channels, 3, padding=second, dilation=second, bias=False)
        if in_channels != out_channels or stride != 1:
            self.conv_branch1 = nn.Conv2d(in_channels, out_channels, 1, stride, bias=False)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the result `(N, out_channels, h', w')` and the activated input `(N, in_channels, h, w)`."""
        active = F.relu(self.bn_branch2a(x))
        shortcut = self.conv_branch1(active) if hasattr(self, 'conv_branch1') else x
        x = self.conv_branch2a(active)
        return self.conv_branch2b1(F.relu(self.bn_branch2b1(x))) + shortcut, active


class Bottleneck(nn.Module):
    """A pre-activation block of a 1x1, a dilated 3x3 and a 1x1 convolution, with drop-out of channels.

    Args:
        in_channels: of the input.
        out_channels: of the result; a quarter of them after the first convolution, half after the second.
        drop_rate: of the channels before the second and the third convolution.
        dilation: of the 3x3 convolution.
    """

    def __init__(self, in_channels: int, out_channels: int, drop_rate: float, dilation: int = 4) -> None:
        super().__init__()
        quarter, half = out_channels // 4, out_channels // 2
        self.bn_branch2a = nn.BatchNorm2d(in_channels)
        self.conv_branch2a = nn.Conv2d(in_channels, quarter, 1, bias=False)
        self.bn_branch2b1 = nn.BatchNorm2d(quarter)
        self.conv_branch2b1 = nn.Conv2d(quarter, half, 3, padding=dilation, dilation=dilation, bias=False)
        self.bn_branch2b2 = nn.BatchNorm2d(half)
        self.conv_branch2b2 = nn.Conv2d(half, out_channels, 1, bias=False)
        self.conv_branch1 = nn.Conv2d(in_channels, out_channels, 1, bias=False)
        self.dropout = nn.Dropout2d(drop_rate)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the result `(N, out_channels, h, w)` and the activated input `(N, in_channels, h, w)`."""
        active = F.relu(self.bn_branch2a(x))
        x = self.conv_branch2a(active)
        x = self.conv_branch2b1(self.dropout(F.relu(self.bn_branch2b1(x))))
        x = self.conv_branch2b2(self.dropout(F.relu(self.bn_branch2b2(x))))
        return x + self.conv_branch1(active), active


@MODELS.register_module()
class ResNet38(BaseModule):
    """ResNet38 of stride 8, as AffinityNet (PSA), SEAM and SC-CAM train it.

    All norms keep their statistics, scales and shifts. `conv1a` and the blocks of `b2` do not learn. The drop-out of
    `b6` and `b7` is active in training. Parameters have the names of the released checkpoints.

    The levels are all of stride 8, after norm and ReLU: 0, `conv4` with 512 channels; 1, `conv5` with 1024; 2, `conv6`
    with 4096.

    Args:
        out_indices: levels to return, ascending.
        drop_rates: of the channels in `b6` and in `b7`.
        init_cfg: MMEngine's initialisation config, e.g. `dict(type='Pretrained', checkpoint=...)` with weights that
            `tools/model_converters/convert_checkpoint.py resnet38_imagenet` wrote.
        shallow: return the sum that leaves `b3` (`conv3`, stride 4, 256 channels, before norm and ReLU) in front of
            the levels, as 1-Stage needs it.

    Raises:
        InputError: a level does not exist, or the levels do not ascend.
    """

    def __init__(self,
                 out_indices: Sequence[int] = (0, 1, 2),
                 drop_rates: tuple[float, float] = (0.3, 0.5),
                 init_cfg: dict | None = None,
                 shallow: bool = False) -> None:
        super().__init__(init_cfg)
        self.shallow = shallow
        self.out_indices = tuple(out_indices)
        if not self.out_indices or sorted({*self.out_indices} & {0, 1, 2}) != list(self.out_indices):
            raise InputError(f'ResNet38: out_indices={out_indices!r} must be some of 0, 1, 2, ascending: conv4, conv5 '
                             'and conv6.')
        self.conv1a = nn.Conv2d(3, 64, 3, padding=1, bias=False)
        self.blocks: list[str] = []
        for name, in_channels, channels, out_channels, depth, stride, dilation in STAGES:
            self._add(name, Block(in_channels, channels, out_channels, stride, (1, dilation)))
            for index in range(1, depth):
                self._add(f'{name}_{index}', Block(out_channels, channels, out_channels, 1, (dilation, dilation)))
        self._add('b6', Bottleneck(1024, 2048, drop_rates[0]))
        self._add('b7', Bottleneck(2048, 4096, drop_rates[1]))
        self.bn7 = nn.BatchNorm2d(4096)
        for name in FROZEN:
            getattr(self, name).requires_grad_(False)
        for norm in self._norms():
            norm.requires_grad_(False)
        self.train()

    def _add(self, name: str, block: nn.Module) -> None:
        self.add_module(name, block)
        self.blocks.append(name)

    def _norms(self) -> list[nn.Module]:
        return [module for module in self.modules() if isinstance(module, nn.BatchNorm2d)]

    def train(self, mode: bool = True) -> 'ResNet38':
        """Switch to training mode; norms stay in eval mode."""
        super().train(mode)
        for norm in self._norms():
            norm.eval()
        return self

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return the levels of `out_indices`, each `(N, C_l, h, w)` with `h = ceil(H / 8)`, behind `conv3` if asked.

        Args:
            x: normalised images `(N, 3, H, W)`.
        """
        levels, first = {}, []
        x = self.conv1a(x)
        for name in self.blocks:
            x, active = getattr(self, name)(x)
            if self.shallow and name == SHALLOW:
                first.append(x)
            if name in TAPS:
                levels[TAPS[name]] = active
                if max(self.out_indices) == TAPS[name]:
                    break
        if 2 in self.out_indices:
            levels[2] = F.relu(self.bn7(x))
        return (*first, *(levels[index] for index in self.out_indices))
