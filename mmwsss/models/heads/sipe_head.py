"""SIPE's head: prototypes of an image's own classes re-activate its class maps.

Chen, Yang, Lai, Xie: Self-supervised Image-specific Prototype Exploration for Weakly Supervised Semantic Segmentation
(SIPE), CVPR 2022.
"""
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.features import Features
from mmwsss.models.image_masks import image_masks
from mmwsss.utils.autocast import full_precision
from mmwsss.utils.errors import InputError

from .cam_head import CAMHead, stack_gt_scores
from .image_prototypes import (
    EPS,
    add_background,
    image_prototypes,
    normalize_maximum,
    reactivate,
    structure_seeds,
)

SIDE_CHANNELS = (128, 256)  # of all levels but the last two, and of these


class Evidence(NamedTuple):
    """What the prototypes of `N` images are made from, float32 or float64.

    Attributes:
        scores: `(N, L, h, w)` of the classifier at every pixel, before ReLU.
        semantic: `(N, C, h, w)`, the last level.
        hierarchical: `(N, sum(side_channels), h, w)`, all levels, see :meth:`SIPEHead.hierarchical`.
    """
    scores: Tensor
    semantic: Tensor
    hierarchical: Tensor


@MODELS.register_module()
class SIPEHead(CAMHead):
    """A `CAMHead` whose maps are re-activated by prototypes of the image itself.

    The class maps and the similarity of pixels say which pixels belong to a class or to the background (the seeds). The
    mean feature of the seeds is the prototype of the class, and its cosine with every pixel is the new class map.
    `loss_gsc` makes both maps agree. It teaches the classifier, the backbone through the class maps, and the side
    convolutions, whose inputs are detached.

    In the config: `model = dict(backbone=dict(out_indices=(0, 1, 2, 3)), head=dict(type='SIPEHead',
    mid_channels=(256, 512, 1024)))`; fewer levels work as well.

    Args:
        num_classes, in_channels: see :class:`CAMHead`.
        mid_channels: channels of the backbone's levels before the last one, finest first.
        side_channels: channels that each level, the last one included, is reduced to; by default 256 for the last two
            and 128 for the others, as published.
        gsc_weight: of `loss_gsc`.
        seeds_from: features that decide the seeds when maps are predicted: `'hierarchical'`, as in the release, or
            `'semantic'`, the last level, as in training.
        with_background: :meth:`cam` also returns the background's map, for
            `test_cfg.merge=dict(type='AgainstBackground')`.
        **kwargs: `loss`, `init_cfg` and `drop_ratio` of :class:`CAMHead`.

    Raises:
        InputError: a setting is out of its range.
    """

    def __init__(self,
                 num_classes: int = 20,
                 in_channels: int = 2048,
                 mid_channels: Sequence[int] = (256, 512, 1024),
                 side_channels: Sequence[int] | None = None,
                 gsc_weight: float = 1.0,
                 seeds_from: str = 'hierarchical',
                 with_background: bool = False,
                 **kwargs: Any) -> None:
        if seeds_from not in ('hierarchical', 'semantic'):
            raise InputError(f"SIPEHead: seeds_from={seeds_from!r} must be 'hierarchical' or 'semantic'.")
        channels = (*mid_channels, in_channels)
        if side_channels is None:
            side_channels = [SIDE_CHANNELS[index >= len(channels) - 2] for index in range(len(channels))]
        if len(side_channels) != len(channels):
            raise InputError(f'SIPEHead: side_channels={tuple(side_channels)} must have one number for each of the '
                             f'{len(channels)} levels of mid_channels and in_channels.')
        super().__init__(num_classes, in_channels, **kwargs)
        self.mid_channels, self.side_channels = tuple(mid_channels), tuple(side_channels)
        self.gsc_weight, self.seeds_from, self.with_background = gsc_weight, seeds_from, with_background
        self.sides = nn.ModuleList(nn.Conv2d(before, after, 1, bias=False)
                                   for before, after in zip(channels, side_channels, strict=True))

    def check(self, channels: Sequence[int] | None, views: Sequence[dict]) -> None:
        """Check the backbone's levels; `CAMClassifier` calls it before anything runs.

        Args:
            channels: of the backbone's levels, None if unknown.
            views: the model's `train_cfg.views`; the first one counts.

        Raises:
            InputError: a level is missing or has other channels.
        """
        wanted = (*self.mid_channels, self.in_channels)
        if channels is None or tuple(channels[-len(wanted):]) == wanted:
            return
        if len(channels) < len(wanted):
            raise InputError(f'SIPEHead needs {len(wanted)} levels, but the backbone returns {len(channels)}. Set '
                             'model.backbone.out_indices to more stages, or shorten mid_channels.')
        found = tuple(channels[-len(wanted):])
        raise InputError(f'SIPEHead: mid_channels={self.mid_channels} and in_channels={self.in_channels}, but the '
                         f"backbone's last levels have {found} channels. Set mid_channels={found[:-1]} and "
                         f'in_channels={found[-1]}.')

    def hierarchical(self, features: Features) -> Tensor:
        """Return the features that prototypes are made of, `(N, sum(side_channels), h, w)`.

        Each level is detached, reduced by its side convolution, divided by its length at every pixel, and resized to
        the last level.
        """
        self.check([level.shape[1] for level in features.levels], ())
        levels = features.levels[-len(self.sides):]
        size, parts = levels[-1].shape[2:], []
        for level, side in zip(levels, self.sides, strict=True):
            part = _at_least_float32(side(level.detach()))
            part = part / (part.norm(dim=1, keepdim=True) + EPS)
            if part.shape[2:] != size:
                part = F.interpolate(part, size=size, mode='bilinear', align_corners=False)
            parts.append(part)
        return torch.cat(parts, dim=1)

    def evidence(self, features: Features) -> Evidence:
        """Return what the prototypes of `N` images are made from."""
        last = features.levels[-1]
        return Evidence(_at_least_float32(self.classifier(last)), _at_least_float32(last), self.hierarchical(features))

    def cam(self, features: Features) -> Tensor:
        """Localise classes by the image's own prototypes.

        Labels have no part in a class's map, so all `L` maps are made at once.

        Args:
            features: of `N` images.

        Returns:
            Image-specific class maps in [0, 1], `(N, L, h, w)`; `(N, L, 2, h, w)` with the background's map second
            where `with_background` is set.
        """
        return self._localise(self.evidence(features)).to(features.levels[-1].dtype)

    def cam_of_mirrored(self, features: Features) -> Tensor:
        """Localise classes in images and their mirror images together, as in the release.

        Scores and features of both are added, so they share their prototypes.

        Args:
            features: of `N` images, then of the same images flipped left to right.

        Returns:
            As :meth:`cam`, of the `N` images.
        """
        halves = (part.chunk(2) for part in self.evidence(features))
        evidence = Evidence(*(straight + mirrored.flip(-1) for straight, mirrored in halves))
        return self._localise(evidence).to(features.levels[-1].dtype)

    def loss(self, views: list[Features], data_samples: list) -> dict[str, Tensor]:
        """Return the classification loss and the self-supervised loss of the first view.

        Args:
            views: features of the same `N` images.
            data_samples: N samples with `gt_score` `(L,)`; for their padding see :func:`image_masks`.

        Returns:
            `loss_cls`, and `loss_gsc` times its weight: the mean difference of class maps and image-specific maps, each
            divided by its maximum. Classes without label are 0 in both. On padding all class maps and seeds are 0.

        Raises:
            InputError: see :class:`CAMHead`.
        """
        losses = super().loss(views, data_samples)
        evidence = self.evidence(views[0])
        label = stack_gt_scores(data_samples, self.num_classes, evidence.scores.device)
        label = F.pad(label, (1, 0), value=1).to(evidence.scores)
        valid = F.interpolate(image_masks(views[0].image, data_samples), size=evidence.scores.shape[2:], mode='nearest')
        with full_precision(label.device.type):
            cam = add_background(evidence.scores) * label[..., None, None] * valid
            revised = normalize_maximum(
                self.image_specific(cam, label, evidence.semantic, evidence.hierarchical, valid))
            losses['loss_gsc'] = self.gsc_weight * (cam - revised).abs().mean()
        return losses

    def image_specific(self, cam: Tensor, label: Tensor, semantic: Tensor, hierarchical: Tensor,
                       valid: Tensor | float = 1.0) -> Tensor:
        """Return image-specific maps of background and classes.

        Args:
            cam: `(N, L + 1, h, w)` maps >= 0, the background first.
            label: `(N, L + 1)` multi-hot; maps of other classes are 0.
            semantic: `(N, C, h, w)` features that decide the seeds.
            hierarchical: `(N, C', h, w)` features of the prototypes.
            valid: `(N, 1, h, w)`, 0 on padding, which has no seeds.

        Returns:
            `(N, L + 1, h, w)` in [0, 1].
        """
        seeds = structure_seeds(cam, label, semantic).seeds * valid
        return reactivate(image_prototypes(seeds, hierarchical), hierarchical)

    def _localise(self, evidence: Evidence) -> Tensor:
        with full_precision(evidence.scores.device.type):
            cam = add_background(evidence.scores)
            semantic = evidence.hierarchical if self.seeds_from == 'hierarchical' else evidence.semantic
            maps = self.image_specific(cam, cam.new_ones(cam.shape[:2]), semantic, evidence.hierarchical)
        classes = maps[:, 1:]
        return torch.stack([classes, maps[:, :1].expand_as(classes)], dim=2) if self.with_background else classes


def _at_least_float32(maps: Tensor) -> Tensor:
    return maps.to(torch.promote_types(maps.dtype, torch.float32))
