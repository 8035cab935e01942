"""LPCAM's head: local prototypes of the classes instead of the classifier's weights.

Chen, Sun: Extracting Class Activation Maps from Non-Discriminative Features as well (LPCAM), CVPR 2023.
"""
from collections.abc import Mapping
from typing import Any

import torch
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor

from mmwsss.models.features import Features
from mmwsss.pseudo_labels.local_prototypes import CLUSTERS, prototype_cam
from mmwsss.utils.autocast import full_precision
from mmwsss.utils.errors import InputError

from .check_head import check_head
from .require_levels import ReadsLastLevel


@MODELS.register_module()
class LPCAMHead(ReadsLastLevel, BaseModule):
    """The maps of a trained classifier's features by prototypes, which nothing trains.

    `tools/make_prototypes.py` writes a checkpoint for a model with this head: the classifier's weights, and the
    prototypes as buffers. Logits and losses are those of the base head; so are the maps while there are no prototypes.

    Args:
        num_classes: `L`, image classes without the background.
        in_channels: `C`, channels of the last level.
        prototypes: at most so many of a class, and as many of its context.
        base: config of the trained head, `CAMHead` by default; `num_classes` and `in_channels` are filled in.
        init_cfg: MMEngine's initialisation config.

    Raises:
        InputError: `prototypes` is below 1.
    """
    part_of = 'the head of a CAMClassifier'

    centres: Tensor
    context: Tensor

    def __init__(self,
                 num_classes: int = 20,
                 in_channels: int = 2048,
                 prototypes: int = CLUSTERS,
                 base: dict | None = None,
                 init_cfg: dict | None = None) -> None:
        if prototypes < 1:
            raise InputError(f'LPCAMHead: prototypes={prototypes} must be at least 1.')
        super().__init__(init_cfg)
        self.base = MODELS.build(
            dict(type='CAMHead', num_classes=num_classes, in_channels=in_channels) | dict(base or {}))
        check_head(self.base)
        self.num_classes, self.in_channels = num_classes, in_channels
        for name in ('centres', 'context'):
            self.register_buffer(name, torch.zeros(num_classes, prototypes, in_channels))

    def logits(self, features: Features) -> Tensor:
        """Return the base head's logits `(N, L)`."""
        return self.base.logits(features)

    def cam(self, features: Features) -> Tensor:
        """Return maps `(N, L, h, w)` >= 0 of the last level, see :func:`prototype_cam`."""
        return self._localise(features.levels[-1]) if self.centres.any() else self.base.cam(features)

    def cam_of_mirrored(self, features: Features) -> Tensor:
        """Return maps of the sum of the features of images and mirror images, as in the release.

        Args:
            features: of `N` images, then of the same images flipped left to right.

        Returns:
            `(N, L, h, w)` >= 0.
        """
        straight, mirrored = features.levels[-1].chunk(2)
        if not self.centres.any():
            straight_cam, mirrored_cam = self.base.cam(features).chunk(2)
            return straight_cam + mirrored_cam.flip(-1)
        return self._localise(straight + mirrored.flip(-1))

    def loss(self, views: list[Features], data_samples: list) -> dict[str, Any]:
        """Return the base head's losses; the prototypes do not learn."""
        return self.base.loss(views, data_samples)

    def _localise(self, feat: Tensor) -> Tensor:
        with full_precision(feat.device.type):
            wide = feat.to(torch.promote_types(feat.dtype, torch.float32))
            return prototype_cam(wide, self.centres, self.context).to(feat.dtype)


def with_prototypes(weights: Mapping[str, Tensor], prototypes: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return a classifier's weights under the names of a model with an :class:`LPCAMHead`, with its prototypes.

    Args:
        weights: of the classifier, by name.
        prototypes: `centres` and `context`.
    """
    renamed = {f'head.base.{name[len("head."):]}' if name.startswith('head.') else name: value
               for name, value in weights.items()}
    return {**renamed, **{f'head.{name}': value for name, value in prototypes.items()}}
