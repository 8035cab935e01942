"""AffinityNet's features, whose differences are the affinities of pixels.

Ahn, Kwak: Learning Pixel-level Semantic Affinity with Image-level Supervision for Weakly Supervised Semantic
Segmentation, CVPR 2018.
"""
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.losses.affinity import affinity_losses, pair_affinity, pair_kinds
from mmwsss.utils.errors import InputError

from .require_levels import require_levels
from .resample import resample

STRIDE = 8  # of the features


@MODELS.register_module()
class AffinityHead(BaseModule):
    """Reduce three (or more) levels, join them and compare neighbouring pixels.

    Each level goes through a 1x1 convolution without bias, and ELU; a last 1x1 convolution without bias, and ELU, mixes
    all channels. The authors' backbone has three levels at stride 8. Levels of other strides are resampled after their
    convolution, when they are small: coarser ones bilinearly, finer ones by averages.

    Args:
        in_channels: channels of each level, finest first. Default: ResNet38's.
        channels: channels that each level is reduced to.
        strides: stride of each level.
        norm_groups: groups of a group normalisation after the convolution of each level, as the authors' VGG16 has
            (8, 16, 32); `None` for no normalisation, as their ResNet38.
        radius: training pairs are closer than this, in pixels at stride 8.
        reduction: `'mean'` over the channels, or the paper's `'sum'`, see :func:`pair_affinity`.
        loss_weights: of pairs within the background, within a class, and of two classes. The paper's are (1, 1, 2).
        ignore_index: label of uncertain pixels.
        init_cfg: MMEngine's initialisation config.

    Raises:
        InputError: the settings of the levels do not fit together.
    """

    def __init__(self,
                 in_channels: Sequence[int] = (512, 1024, 4096),
                 channels: Sequence[int] = (64, 128, 256),
                 strides: Sequence[int] = (8, 8, 8),
                 norm_groups: Sequence[int] | None = None,
                 radius: int = 5,
                 reduction: str = 'mean',
                 loss_weights: Sequence[float] = (0.25, 0.25, 0.5),
                 ignore_index: int = 255,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.in_channels, self.strides = tuple(in_channels), tuple(strides)
        count = len(self.in_channels)
        if not count == len(channels) == len(self.strides) == len(norm_groups or channels) or any(
                max(stride, STRIDE) % min(stride, STRIDE) for stride in self.strides):
            raise InputError(f'AffinityHead: in_channels {self.in_channels}, channels {tuple(channels)}, strides '
                             f'{self.strides} and norm_groups {norm_groups} need one entry per level, and strides must '
                             f'divide or be a multiple of {STRIDE}.')
        if reduction not in ('mean', 'sum') or len(loss_weights) != 3:
            raise InputError(f"AffinityHead: reduction={reduction!r} must be 'mean' or 'sum', and loss_weights "
                             f'{tuple(loss_weights)} three numbers.')
        self.radius, self.reduction, self.ignore_index = radius, reduction, ignore_index
        self.loss_weights = tuple(loss_weights)
        levels = [nn.Conv2d(size, width, 1, bias=False) for size, width in zip(self.in_channels, channels, strict=True)]
        self.levels = nn.ModuleList(levels)
        self.norms = nn.ModuleList(
            nn.GroupNorm(groups, width) for groups, width in zip(norm_groups or (), channels, strict=bool(norm_groups)))
        self.joint = nn.Conv2d(sum(channels), sum(channels), 1, bias=False)
        for level in levels:
            nn.init.kaiming_normal_(level.weight)
        nn.init.xavier_uniform_(self.joint.weight, gain=4)

    def forward(self, feats: Sequence[Tensor]) -> Tensor:
        """Return features `(N, C, h, w)` at stride 8, `C` the sum of `channels`.

        Args:
            feats: the levels `(N, C_l, h_l, w_l)`.

        Raises:
            InputError: the levels' channels differ from `in_channels`.
        """
        self.check_levels([feat.shape[1] for feat in feats])
        # The level nearest to stride 8 tells the size there.
        nearest = min(range(len(feats)), key=lambda index: (abs(self.strides[index] - STRIDE), index))
        size = [-(-side * self.strides[nearest] // STRIDE) for side in feats[nearest].shape[2:]]
        reduced = []
        for index, (level, feat, stride) in enumerate(zip(self.levels, feats, self.strides, strict=True)):
            feat = level(feat)
            if self.norms:
                feat = self.norms[index](feat)
            reduced.append(F.elu(resample(feat, stride, STRIDE, size)))
        return F.elu(self.joint(torch.cat(reduced, dim=1)))

    def check_levels(self, channels: Sequence[int], strides: Sequence[int | None] | None = None) -> None:
        """Check the levels of a backbone; arguments and errors are those of :func:`require_levels`."""
        require_levels(self, channels, strides)

    def affinity(self, features: Tensor, radius: int | None = None) -> Tensor:
        """Return the affinities of pixel pairs of features `(N, C, h, w)`; see :func:`pair_affinity`.

        Args:
            features: from :meth:`forward`.
            radius: of the pairs; by default that of the training.
        """
        return pair_affinity(features, self.radius if radius is None else radius, self.reduction)

    def loss(self, feats: Sequence[Tensor], labels: Tensor) -> dict[str, Tensor]:
        """Return the losses of pairs within the background, within a class, and of two classes, with their weights.

        Args:
            feats: the levels.
            labels: `(N, h, w)` at stride 8; a class may have any number in an image. Features beyond them have no
                label.
        """
        features = self(feats)[..., :labels.shape[-2], :labels.shape[-1]]
        affinity = self.affinity(features)
        losses, _ = affinity_losses(affinity, pair_kinds(labels, self.radius, self.ignore_index))
        names = ('loss_background_affinity', 'loss_foreground_affinity', 'loss_negative_affinity')
        return {name: weight * loss for name, weight, loss in zip(names, self.loss_weights, losses, strict=True)}
