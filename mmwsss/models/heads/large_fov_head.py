"""The fully connected layers of VGG16 as dilated convolutions (DeepLab-LargeFOV).

Chen, Papandreou, Kokkinos, Murphy, Yuille: Semantic Image Segmentation with Deep Convolutional Nets and Fully Connected
CRFs, ICLR 2015, and for several branches DeepLab, TPAMI 2018 (ASPP-L).
"""
from collections.abc import Sequence
from typing import Any

import torch
from mmengine.logging import print_log
from mmengine.runner import CheckpointLoader
from mmseg.models.decode_heads.decode_head import BaseDecodeHead
from mmseg.registry import MODELS, WEIGHT_INITIALIZERS
from torch import Tensor, nn

from mmwsss.utils.errors import InputError


@MODELS.register_module()
class LargeFOVHead(BaseDecodeHead):
    """A 3x3 average pool, then branches of fc6 (3x3, dilated), fc7 and fc8 (1x1) whose scores are added.

    Weights are drawn from N(0, 0.01), biases start at 0; `init_cfg=dict(type='VGG16Decimation', ...)` takes fc6 and fc7
    from VGG16.

    Args:
        in_channels: channels of the feature map.
        channels: of fc6 and fc7.
        num_classes: number of classes including the background.
        dilations: dilation of each branch's fc6: `(12,)` in SEC, `(6, 12, 18, 24)` in DSRG.
        dropout_ratio: after fc6 and after fc7, for single values.
        init_cfg: MMEngine's initialisation config.
        **kwargs: those of `BaseDecodeHead`.

    Raises:
        InputError: a dilation is below 1.
    """

    def __init__(self, in_channels: int = 512, channels: int = 1024, *, num_classes: int,
                 dilations: Sequence[int] = (12, ), dropout_ratio: float = 0.5, init_cfg: dict | None = None,
                 **kwargs: Any) -> None:
        if not dilations or min(dilations) < 1:
            raise InputError(f'LargeFOVHead: dilations must be one or more integers >= 1, got {tuple(dilations)}.')
        super().__init__(in_channels, channels, num_classes=num_classes, dropout_ratio=0,
                         init_cfg=init_cfg or dict(type='Normal', layer='Conv2d', std=0.01), **kwargs)
        del self.conv_seg  # fc8 classifies; unused parameters would make distributed training fail
        self.pool = nn.AvgPool2d(3, stride=1, padding=1)
        self.branches = nn.ModuleList(nn.ModuleDict(dict(
            fc6=nn.Conv2d(in_channels, channels, 3, padding=dilation, dilation=dilation),
            fc7=nn.Conv2d(channels, channels, 1),
            fc8=nn.Conv2d(channels, self.out_channels, 1))) for dilation in dilations)
        self.drop = nn.Dropout(dropout_ratio)

    def forward(self, inputs: Sequence[Tensor]) -> Tensor:
        """Compute scores `(N, num_classes, h, w)` at the size of the level `in_index`.

        Args:
            inputs: features `(N, C, h, w)` of each level.
        """
        feat = self.pool(self._transform_inputs(inputs))
        return torch.stack([self._branch(branch, feat) for branch in self.branches]).sum(dim=0)

    def _branch(self, branch: Any, feat: Tensor) -> Tensor:
        for name in ('fc6', 'fc7'):
            feat = self.drop(branch[name](feat).relu())
        return branch['fc8'](feat)


@WEIGHT_INITIALIZERS.register_module()
class VGG16Decimation:
    """`init_cfg` that takes fc6 and fc7 of each branch from VGG16's classifier, and draws fc8 from N(0, 0.01).

    The backbone `VGG16FC` has fc6 and fc7 itself, and no branches.

    As in DeepLab, every fourth of the 4096 units and every third of the 7 x 7 positions of fc6 is kept: (4096, 25088)
    becomes (1024, 512, 3, 3), and (4096, 4096) becomes (1024, 1024, 1, 1). The published run starts from DeepLab's own
    file of such weights; which units it keeps is not known here.

    Args:
        checkpoint: of VGG16 with torchvision's names.

    Raises:
        InputError: the checkpoint or the head has other shapes.
    """

    def __init__(self, checkpoint: str = 'torchvision://vgg16') -> None:
        self.checkpoint = checkpoint

    def __call__(self, module: nn.Module) -> None:
        """Initialise a `LargeFOVHead` or a `VGG16FC`."""
        state = CheckpointLoader.load_checkpoint(self.checkpoint, map_location='cpu')
        state = state.get('state_dict', state)
        try:
            units, step = decimated(state['classifier.0.weight'], state['classifier.3.weight']), 4
        except (KeyError, RuntimeError) as error:
            raise InputError(f'VGG16Decimation: {self.checkpoint} has no classifier of VGG16 ({error}).') from error
        for branch in getattr(module, 'branches', [module]):
            for name, weight, bias in zip(('fc6', 'fc7'), units, ('classifier.0.bias', 'classifier.3.bias'),
                                          strict=True):
                layer = getattr(branch, name)
                if layer.weight.shape != weight.shape:
                    raise InputError(f'VGG16Decimation: {name} has the shape {tuple(layer.weight.shape)}, VGG16 gives '
                                     f'{tuple(weight.shape)}. Set in_channels=512 and channels=1024 of the head.')
                with torch.no_grad():
                    layer.weight.copy_(weight)
                    layer.bias.copy_(state[bias][::step])
            if hasattr(branch, 'fc8'):
                nn.init.normal_(branch.fc8.weight, std=0.01)
                nn.init.zeros_(branch.fc8.bias)
        print_log(f'fc6 and fc7 of VGG16 taken from {self.checkpoint}', 'current')


def decimated(fc6: Tensor, fc7: Tensor) -> tuple[Tensor, Tensor]:
    """Keep every fourth unit and every third position of VGG16's fully connected layers.

    Args:
        fc6: `(4096, 25088)`, 25088 = 512 channels x 7 x 7.
        fc7: `(4096, 4096)`.

    Returns:
        `(1024, 512, 3, 3)` and `(1024, 1024, 1, 1)`.
    """
    return fc6.view(-1, 512, 7, 7)[::4, :, ::3, ::3], fc7[::4, ::4, None, None]
