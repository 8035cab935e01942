"""SEAM's head: two views of an image, and maps revised by pixel correlation.

Wang, Zhang, Kan, Shan, Chen: Self-supervised Equivariant Attention Mechanism for Weakly Supervised Semantic
Segmentation, CVPR 2020.
"""
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.features import Features
from mmwsss.models.losses.equivariance import (
    cross_regularization_loss,
    equivariance_loss,
    lowest_quarter_loss,
    normalize_range,
)
from mmwsss.utils.errors import InputError

from .cam_head import DEFAULT_LOSS, stack_gt_scores
from .pixel_correlation import PixelCorrelation, correlation_input, resize_aligned


class ViewMaps(NamedTuple):
    """The maps of a view, with the background in channel 0.

    Attributes:
        cam: `(N, L + 1, h, w)` scores of the classifier; channel 0 is not used.
        revised: `(N, L + 1, h, w)` >= 0, the same after the pixel correlation.
        size: height and width of the view's images.
    """
    cam: Tensor
    revised: Tensor
    size: tuple[int, int]


@MODELS.register_module()
class SEAMHead(BaseModule):
    """Equivariant attention: a classifier at every pixel, and a pixel correlation module that revises its maps.

    In the config: `model = dict(neck=None, head=dict(type='SEAMHead', in_channels=2048, mid_channels=(512, 1024)),
    train_cfg=dict(views=[dict(), dict(scale=0.3)]))`, with a backbone of at least three levels.

    The revised maps learn from `loss_ecr` and `loss_min`, which teach the correlation module alone: their targets are
    detached, and the revised maps reach neither the backbone nor the classifier. These learn from `loss_cls` and
    `loss_er`.

    Args:
        num_classes: `L`, image classes without the background.
        in_channels: channels of the last level.
        mid_channels: channels of the two levels that the correlation uses.
        mid_levels: their places in the backbone's levels. All maps have the size of the last level.
        drop_rate: of the last level's channels in training.
        er_weight, ecr_weight, min_weight: of the losses. `min_weight` belongs to the release's loss on the lowest
            quarter of the pixels, which the paper does not have; 0 leaves a loss out.
        mined_channels: ECR takes the largest 20 % of so many maps, see :func:`cross_regularization_loss`. The release
            writes 21 out. Images of up to three classes have at most four maps that are not 0, so 20 % of 21 maps
            take everything, also in data sets of fewer classes; None for the number of your own maps, which leaves
            differences out in most images of such data sets.
        loss: config of the loss on `(logits, multi-hot labels)`.
        init_cfg: MMEngine's initialisation config.
    """
    part_of = 'the head of a CAMClassifier'
    reads_pooled = False  # CAMClassifier refuses a neck

    def __init__(self,
                 num_classes: int = 20,
                 in_channels: int = 2048,
                 mid_channels: Sequence[int] = (512, 1024),
                 mid_levels: Sequence[int] = (-3, -2),
                 drop_rate: float = 0.5,
                 er_weight: float = 1.0,
                 ecr_weight: float = 1.0,
                 min_weight: float = 1.0,
                 mined_channels: int | None = 21,
                 loss: dict = DEFAULT_LOSS,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        if len(mid_channels) != 2 or len(mid_levels) != 2:
            raise InputError(f'SEAMHead: mid_channels={mid_channels!r} and mid_levels={mid_levels!r} must be two '
                             'numbers each.')
        self.num_classes, self.in_channels = num_classes, in_channels
        self.mid_channels, self.mid_levels = tuple(mid_channels), tuple(mid_levels)
        self.er_weight, self.ecr_weight, self.min_weight = er_weight, ecr_weight, min_weight
        self.mined_channels = mined_channels
        self.dropout = nn.Dropout2d(drop_rate)
        self.classifier = nn.Conv2d(in_channels, num_classes + 1, 1, bias=False)
        nn.init.xavier_uniform_(self.classifier.weight)
        self.correlation = PixelCorrelation(self.mid_channels)
        self.loss_module = MODELS.build(loss)

    def check(self, channels: Sequence[int] | None, views: Sequence[dict]) -> None:
        """Check the model around the head; `CAMClassifier` calls it before anything runs.

        Args:
            channels: of the backbone's levels, None if unknown.
            views: the model's `train_cfg.views`.

        Raises:
            InputError: a level is missing or has other channels, or there are not two views.
        """
        if channels is not None:
            self._check_levels(channels)
        self._check_views(views)

    def _check_levels(self, channels: Sequence[int]) -> None:
        levels = [*zip(self.mid_levels, self.mid_channels, strict=True), (-1, self.in_channels)]
        missing = [index for index, _ in levels if not -len(channels) <= index < len(channels)]
        if missing:
            raise InputError(f'SEAMHead: mid_levels={self.mid_levels}, but the backbone returns {len(channels)} '
                             'levels. Set model.backbone.out_indices to more stages, or other mid_levels.')
        found = tuple(channels[index] for index, _ in levels)
        if found != tuple(size for _, size in levels):
            raise InputError(f'SEAMHead: mid_channels={self.mid_channels} and in_channels={self.in_channels}, but the '
                             f'backbone\'s levels {self.mid_levels} and -1 have {found} channels. Set '
                             f'mid_channels={found[:2]} and in_channels={found[2]}.')

    def _check_views(self, views: Sequence) -> None:
        if len(views) != 2:
            raise InputError(f'SEAMHead compares two views of an image, got {len(views)}. Set '
                             'model.train_cfg.views=[dict(), dict(scale=0.3)].')

    def maps(self, features: Features) -> ViewMaps:
        """Return the maps of `N` images at the size of the last level."""
        self._check_levels([level.shape[1] for level in features.levels])
        cam = self.classifier(self.dropout(features.levels[-1]))
        cam = cam.to(torch.promote_types(cam.dtype, torch.float32))
        revised = self.correlation(correlation_input(cam[:, 1:]), features, self.mid_levels)
        height, width = features.image.shape[2:]
        return ViewMaps(cam, revised, (height, width))

    def logits(self, features: Features) -> Tensor:
        """Classify images: the mean of the classifier's map at the size of the image.

        Args:
            features: of `N` images.

        Returns:
            Logits `(N, L)`.
        """
        level = features.levels[-1]
        cam = self.classifier(self.dropout(level))[:, 1:]
        return resize_aligned(cam, features.image.shape[2:]).mean(dim=(2, 3)).to(level.dtype)

    def cam(self, features: Features) -> Tensor:
        """Localise classes.

        Args:
            features: of `N` images `(N, 3, H, W)`.

        Returns:
            Revised maps of the classes `(N, L, H, W)` >= 0, enlarged with aligned corners.
        """
        maps = self.maps(features)
        return resize_aligned(maps.revised[:, 1:], maps.size).to(features.levels[-1].dtype)

    def loss(self, views: list[Features], data_samples: list) -> dict[str, Tensor]:
        """Return the losses of an image and its reduced copy.

        Args:
            views: features of the same `N` images in two views, the reduced one second.
            data_samples: N samples with `gt_score` `(L,)`.

        Returns:
            See :meth:`loss_by_maps`.

        Raises:
            InputError: see :meth:`check` and :func:`stack_gt_scores`.
        """
        self._check_views(views)
        target = stack_gt_scores(data_samples, self.num_classes, views[0].image.device)
        return self.loss_by_maps([self.maps(view) for view in views], target)

    def loss_by_maps(self, views: Sequence[ViewMaps], target: Tensor) -> dict[str, Tensor]:
        """Return the losses of two views.

        Args:
            views: their maps, the reduced view second.
            target: multi-hot labels `(N, L)`.

        Returns:
            `loss_cls`, the mean over the views; `loss_er` and `loss_ecr`, the latter the sum of both directions;
            `loss_min`, the mean over the views. Without those whose weight is 0.
        """
        present = F.pad(target, (1, 0), value=1)[..., None, None]  # the background is always there
        size, classification, lowest, cams, revised = views[1].size, [], [], [], []
        for view in views:
            cam, full = (resize_aligned(maps, view.size) for maps in (view.cam[:, 1:], view.revised))
            classification.append(self.loss_module(cam.mean(dim=(2, 3)), target))
            if self.min_weight:
                lowest.append(lowest_quarter_loss(full[:, 1:] * present[:, 1:]))
            cams.append(resize_aligned(normalize_range(cam), size) * present[:, 1:])
            if self.ecr_weight:
                revised.append(resize_aligned(normalize_range(full), size) * present)
        losses = dict(loss_cls=sum(classification) / 2)
        if self.er_weight:
            losses['loss_er'] = self.er_weight * equivariance_loss(*cams)
        if self.ecr_weight:
            both = [cross_regularization_loss(cam, other, self.mined_channels)
                    for cam, other in zip(cams, reversed(revised), strict=True)]
            losses['loss_ecr'] = self.ecr_weight * sum(both)
        if self.min_weight:
            losses['loss_min'] = self.min_weight * sum(lowest) / 2
        return losses
