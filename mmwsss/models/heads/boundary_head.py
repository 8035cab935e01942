"""A head of class boundaries: the boundary branch of IRNet, which BES trains on its own.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019,
figure 3. Chen, Wu, Fu, Han, Zhang: Weakly Supervised Semantic Segmentation with Boundary Exploration (BES), ECCV 2020.
"""
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.losses.boundary import boundary_loss
from mmwsss.utils.errors import InputError

from .require_levels import require_levels
from .resample import resample

STRIDE = 4  # of the predictions


class IRNLayer(nn.Module):
    """1x1 convolution without bias and group normalisation.

    Args:
        in_channels: input channels.
        channels: output channels, a multiple of `groups`.
        groups: groups of the normalisation.
    """

    def __init__(self, in_channels: int, channels: int, groups: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, channels, 1, bias=False)
        self.gn = nn.GroupNorm(groups, channels)

    def forward(self, feat: Tensor) -> Tensor:
        """`(N, in_channels, h, w) -> (N, channels, h, w)`."""
        return self.gn(self.conv(feat))


@MODELS.register_module()
class BoundaryHead(BaseModule):
    """Predict the boundaries of classes from several feature levels.

    It learns from labels of boundaries, which the transform `BoundaryLabels` makes: 0 inside of the background, 1
    inside of an object, 2 on a boundary; other values are ignored.

    Args:
        in_channels: channels of each level, finest first. Default: ResNet-50's stem after its max pool, layer1..4.
        strides: stride of each level, ascending; 4 must be among them.
        boundary_channels: channels of each level in the branch.
        init_cfg: MMEngine's initialisation config.

    Raises:
        InputError: the levels' strides or channels do not fit.
    """

    def __init__(self,
                 in_channels: Sequence[int] = (64, 256, 512, 1024, 2048),
                 strides: Sequence[int] = (4, 4, 8, 16, 16),
                 boundary_channels: int = 32,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.in_channels, self.strides = tuple(in_channels), tuple(strides)
        if STRIDE not in self.strides or list(strides) != sorted(strides) or len(in_channels) != len(strides):
            raise InputError(f'{type(self).__name__}: strides {self.strides} must ascend and include {STRIDE}; '
                             f'in_channels {self.in_channels} needs one entry per stride.')
        self.boundary_levels = nn.ModuleList(IRNLayer(size, boundary_channels, 4) for size in self.in_channels)
        self.boundary_out = nn.Conv2d(len(self.strides) * boundary_channels, 1, 1)

    def forward(self, feats: Sequence[Tensor]) -> Any:
        """Return boundary logits `(N, 1, h, w)` at stride 4.

        Args:
            feats: the levels `(N, C_l, h_l, w_l)`, finest first.

        Raises:
            InputError: the levels' channels differ from `in_channels`.
        """
        self.check_levels([feat.shape[1] for feat in feats])
        return self.boundary(feats)

    def check_levels(self, channels: Sequence[int], strides: Sequence[int | None] | None = None) -> None:
        """Check the levels of a backbone; arguments and errors are those of :func:`require_levels`."""
        require_levels(self, channels, strides)

    def boundary(self, feats: Sequence[Tensor]) -> Tensor:
        """Return boundary logits `(N, 1, h, w)` of levels that fit."""
        size = feats[self.strides.index(STRIDE)].shape[2:]
        levels = [F.relu(resample(layer(feat), stride, STRIDE, size))
                  for layer, feat, stride in zip(self.boundary_levels, feats, self.strides, strict=True)]
        return self.boundary_out(torch.cat(levels, dim=1))

    def loss(self, feats: Sequence[Tensor], labels: Tensor) -> dict[str, Tensor]:
        """Return the losses of :func:`~mmwsss.models.losses.boundary.boundary_loss`.

        Args:
            feats: the levels.
            labels: `(N, H, W)` at the images' size, see the class and :func:`at_stride`.
        """
        small = at_stride(labels)
        height, width = small.shape[1:]
        return boundary_loss(self(feats)[:, 0, :height, :width], small)


def at_stride(labels: Tensor) -> Tensor:
    """Sample labels `(N, H, W)` at pixels 4i + 2, like Pillow's nearest neighbour.

    A last block of less than three pixels has no label.
    """
    return labels[:, STRIDE // 2::STRIDE, STRIDE // 2::STRIDE]
