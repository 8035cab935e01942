"""VGG16 as DeepLab-LargeFOV has it."""
from typing import Any

from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

# Channels of the convolutions of each stage, the stride of the pool that follows, and the convolutions' dilation.
STAGES = (((64, ) * 2, 2, 1), ((128, ) * 2, 2, 1), ((256, ) * 3, 2, 1), ((512, ) * 3, 1, 1), ((512, ) * 3, 1, 2))


@MODELS.register_module()
class VGG16Stride8(BaseModule):
    """The convolutions of VGG16 at stride 8.

    Chen, Papandreou, Kokkinos, Murphy, Yuille: Semantic Image Segmentation with Deep Convolutional Nets and Fully
    Connected CRFs, ICLR 2015. Max pools are 3x3 with padding 1, those of the last two stages have stride 1, and the
    last stage has dilation 2. An image of 321 gives a map of 41, corner-aligned. MMPretrain's VGG has pools of 2x2. The
    names of the weights are torchvision's, so `dict(type='Pretrained', checkpoint='torchvision://vgg16')` initialises
    it.

    Args:
        init_cfg: MMEngine's initialisation config; by default He's rule, without which nothing passes 13 layers.
        **kwargs: those of `BaseModule`.
    """

    def __init__(self, init_cfg: dict | None = None, **kwargs: Any) -> None:
        super().__init__(init_cfg=init_cfg or dict(type='Kaiming', layer='Conv2d'), **kwargs)
        layers: list[nn.Module] = []
        channels = 3
        for widths, stride, dilation in STAGES:
            for width in widths:
                layers += [nn.Conv2d(channels, width, 3, padding=dilation, dilation=dilation), nn.ReLU(inplace=True)]
                channels = width
            layers.append(nn.MaxPool2d(3, stride=stride, padding=1))
        self.features = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Map `(N, 3, H, W)` to one level `(N, 512, ceil(H / 8), ceil(W / 8))`."""
        return (self.features(x), )
