"""IRNet's two branches: class boundaries, and displacements to object centroids.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019,
figure 3.
"""
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.losses import affinity_displacement_loss
from mmwsss.utils.errors import InputError

from .boundary_head import STRIDE, BoundaryHead, IRNLayer, at_stride
from .resample import resample


@MODELS.register_module()
class IRNHead(BoundaryHead):
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
        super().__init__(in_channels, strides, boundary_channels, init_cfg)
        if 2 * STRIDE not in self.strides or len(displacement_channels) != len(self.strides):
            raise InputError(f'IRNHead: strides {self.strides} must include {2 * STRIDE}, and displacement_channels '
                             f'{tuple(displacement_channels)} needs one entry per stride.')
        self.radius, self.ignore_index = radius, ignore_index
        self.displacement_levels = nn.ModuleList(
            IRNLayer(size, channels, min(16, channels // 8))
            for size, channels in zip(self.in_channels, displacement_channels, strict=True))
        fine = sum(displacement_channels[:sum(stride <= STRIDE for stride in strides)])
        width = displacement_channels[-1]
        self.displacement_coarse = IRNLayer(sum(displacement_channels) - fine, width, 16)
        self.displacement_fine = IRNLayer(width + fine, width, 16)
        self.displacement_out = nn.Conv2d(width, 2, 1, bias=False)
        self.register_buffer('running_mean', torch.zeros(2))

    def forward(self, feats: Sequence[Tensor], displaced: int | None = None) -> tuple[Tensor, Tensor]:
        """Return boundary logits `(N, 1, h, w)` and displacement `(N, 2, h, w)` (dy, dx), in pixels at stride 4.

        Args:
            feats: the levels `(N, C_l, h_l, w_l)`, finest first.
            displaced: only the first images have a displacement, so many; by default all.

        Raises:
            InputError: the levels' channels differ from `in_channels`.
        """
        self.check_levels([feat.shape[1] for feat in feats])
        displacement = self._displacement([feat[:displaced] for feat in feats])
        if not self.training:
            displacement = displacement - self.running_mean[:, None, None]
        return self.boundary(feats), displacement

    def _displacement(self, feats: Sequence[Tensor]) -> Tensor:
        size = feats[self.strides.index(STRIDE)].shape[2:]
        coarse_size = feats[self.strides.index(2 * STRIDE)].shape[2:]
        fine, coarse = [], []
        for layer, feat, stride in zip(self.displacement_levels, feats, self.strides, strict=True):
            if stride <= STRIDE:
                fine.append(F.relu(resample(layer(feat), stride, STRIDE, size)))
            else:
                coarse.append(F.relu(resample(layer(feat), stride, 2 * STRIDE, coarse_size)))
        coarse = self.displacement_coarse(torch.cat(coarse, dim=1))
        fine.append(F.relu(resample(coarse, 2 * STRIDE, STRIDE, size)))
        return self.displacement_out(F.relu(self.displacement_fine(torch.cat(fine, dim=1))))

    def loss(self, feats: Sequence[Tensor], labels: Tensor) -> dict[str, Tensor]:
        """Return the published losses, each half of the value from :func:`affinity_displacement_loss`.

        Args:
            feats: the levels.
            labels: `(N, H, W)` at the images' size, sampled by :func:`at_stride`.
        """
        boundary, displacement = self(feats)
        small = at_stride(labels)
        height, width = small.shape[1:]
        losses = affinity_displacement_loss(boundary[..., :height, :width], displacement[..., :height, :width], small,
                                            self.radius, self.ignore_index)
        return {name: value / 2 for name, value in losses.items()}
