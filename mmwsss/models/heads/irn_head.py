"""IRNet's two branches: class boundaries, and displacements to object centroids.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019,
figure 3.
"""
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.losses import affinity_displacement_loss
from mmwsss.utils.errors import InputError

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
class IRNHead(BaseModule):
    """Predict boundary and displacement from several feature levels.

    Args:
        in_channels: channels of each level, finest first. Default: ResNet-50's stem after its max pool, layer1..4.
        strides: stride of each level, ascending; 4 and 8 must be among them.
        boundary_channels: channels of each level in the boundary branch.
        displacement_channels: channels of each level in the displacement branch.
        radius: training pairs are closer than this, in pixels at stride 4.
        ignore_index: label of uncertain pixels.
        init_cfg: MMEngine's initialisation config.

    Attributes:
        running_mean: `(2,)` mean displacement over the training images, subtracted in eval mode; `MeanShiftHook`
            computes it after training.

    Raises:
        InputError: the levels' strides or channels do not fit.
    """

    def __init__(self,
                 in_channels: Sequence[int] = (64, 256, 512, 1024, 2048),
                 strides: Sequence[int] = (4, 4, 8, 16, 16),
                 boundary_channels: int = 32,
                 displacement_channels: Sequence[int] = (64, 128, 256, 256, 256),
                 radius: int = 10,
                 ignore_index: int = 255,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.in_channels, self.strides = tuple(in_channels), tuple(strides)
        levels = len(self.strides)
        if STRIDE not in self.strides or 2 * STRIDE not in self.strides or list(strides) != sorted(strides) or not (
                len(self.in_channels) == len(displacement_channels) == levels):
            raise InputError(f'IRNHead: strides {self.strides} must ascend and include {STRIDE} and {2 * STRIDE}; '
                             f'in_channels {self.in_channels} and displacement_channels '
                             f'{tuple(displacement_channels)} need one entry per stride.')
        self.radius, self.ignore_index = radius, ignore_index
        self.boundary_levels = nn.ModuleList(IRNLayer(size, boundary_channels, 4) for size in self.in_channels)
        self.boundary_out = nn.Conv2d(levels * boundary_channels, 1, 1)
        self.displacement_levels = nn.ModuleList(
            IRNLayer(size, channels, min(16, channels // 8))
            for size, channels in zip(self.in_channels, displacement_channels, strict=True))
        fine = sum(displacement_channels[:sum(stride <= STRIDE for stride in strides)])
        width = displacement_channels[-1]
        self.displacement_coarse = IRNLayer(sum(displacement_channels) - fine, width, 16)
        self.displacement_fine = IRNLayer(width + fine, width, 16)
        self.displacement_out = nn.Conv2d(width, 2, 1, bias=False)
        self.register_buffer('running_mean', torch.zeros(2))

    def forward(self, feats: Sequence[Tensor]) -> tuple[Tensor, Tensor]:
        """Return boundary logits `(N, 1, h, w)` and displacement `(N, 2, h, w)` (dy, dx), in pixels at stride 4.

        Args:
            feats: the levels `(N, C_l, h_l, w_l)`, finest first.

        Raises:
            InputError: the levels' channels differ from `in_channels`.
        """
        channels = tuple(feat.shape[1] for feat in feats)
        if channels != self.in_channels:
            raise InputError(f'IRNHead: in_channels={self.in_channels}, but the backbone returns levels of {channels} '
                             "channels. Set in_channels and strides to the backbone's levels.")
        displacement = self._displacement(feats)
        if not self.training:
            displacement = displacement - self.running_mean[:, None, None]
        return self._boundary(feats), displacement

    def _boundary(self, feats: Sequence[Tensor]) -> Tensor:
        size = feats[self.strides.index(STRIDE)].shape[2:]
        levels = [F.relu(_resample(layer(feat), stride, STRIDE, size))
                  for layer, feat, stride in zip(self.boundary_levels, feats, self.strides, strict=True)]
        return self.boundary_out(torch.cat(levels, dim=1))

    def _displacement(self, feats: Sequence[Tensor]) -> Tensor:
        size = feats[self.strides.index(STRIDE)].shape[2:]
        coarse_size = feats[self.strides.index(2 * STRIDE)].shape[2:]
        fine, coarse = [], []
        for layer, feat, stride in zip(self.displacement_levels, feats, self.strides, strict=True):
            if stride <= STRIDE:
                fine.append(F.relu(_resample(layer(feat), stride, STRIDE, size)))
            else:
                coarse.append(F.relu(_resample(layer(feat), stride, 2 * STRIDE, coarse_size)))
        coarse = self.displacement_coarse(torch.cat(coarse, dim=1))
        fine.append(F.relu(_resample(coarse, 2 * STRIDE, STRIDE, size)))
        return self.displacement_out(F.relu(self.displacement_fine(torch.cat(fine, dim=1))))

    def loss(self, feats: Sequence[Tensor], labels: Tensor) -> dict[str, Tensor]:
        """Return the published losses, each half of the value from :func:`affinity_displacement_loss`.

        Args:
            feats: the levels.
            labels: `(N, H, W)` at the images' size. They are sampled at pixels 4i + 2, like Pillow's nearest
                neighbour.
        """
        boundary, displacement = self(feats)
        middle = STRIDE // 2
        small = labels[:, middle::STRIDE, middle::STRIDE]
        height, width = small.shape[1:]  # a last block of less than three pixels has no label
        losses = affinity_displacement_loss(boundary[..., :height, :width], displacement[..., :height, :width], small,
                                            self.radius, self.ignore_index)
        return {name: value / 2 for name, value in losses.items()}


def _resample(feat: Tensor, stride: int, wanted: int, size: Sequence[int]) -> Tensor:
    """Resample a level to another stride (finer ones by average pooling) and crop it to `size`."""
    if stride > wanted:
        feat = F.interpolate(feat, scale_factor=stride // wanted, mode='bilinear', align_corners=False)
    elif stride < wanted:
        feat = F.avg_pool2d(feat, wanted // stride, ceil_mode=True, count_include_pad=False)
    return feat[..., :size[0], :size[1]]
