"""Prototypes of the classes of one image, SIPE's functions on maps and features.

Chen, Yang, Lai, Xie: Self-supervised Image-specific Prototype Exploration for Weakly Supervised Semantic Segmentation
(SIPE), CVPR 2022. Maps have the background in channel 0, and `K = L + 1` channels.
"""
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from .pixel_correlation import EPS, correlation_sums


class Seeds(NamedTuple):
    """Which pixels a prototype is made of.

    Attributes:
        seeds: `(N, K, h, w)` of 0 and 1, at most one 1 a pixel.
        probs: `(N, K, h, w)` softmax of the overlaps that decided.
    """
    seeds: Tensor
    probs: Tensor


def normalize_maximum(maps: Tensor) -> Tensor:
    """Divide maps `(N, K, h, w)` >= 0 by their maximum + 1e-5; gradients also pass through the maximum."""
    return maps / (maps.amax(dim=(2, 3), keepdim=True) + EPS)


def add_background(scores: Tensor) -> Tensor:
    """Return the maps of background and classes, each class divided by its maximum.

    Args:
        scores: `(N, L, h, w)` of the classes, before ReLU.

    Returns:
        `(N, L + 1, h, w)` in [0, 1]; the background is 1 minus the strongest class, labelled or not.
    """
    classes = normalize_maximum(F.relu(scores))
    return torch.cat([1 - classes.amax(dim=1, keepdim=True), classes], dim=1)


@torch.no_grad()
def structure_seeds(cam: Tensor, label: Tensor, feat: Tensor, background: float = 0.5) -> Seeds:
    """Give each pixel to the class whose map overlaps most with the pixels that are similar to it, section 3.2.

    A pixel's structure is the positive part of the cosine between its feature and those of all pixels. Its overlap with
    a class map is the sum of the products over the sum of both minus that. Pixels that a class without label wins are
    lost. No gradient passes.

    Args:
        cam: `(N, K, h, w)` maps >= 0.
        label: `(N, K)` multi-hot, with the background.
        feat: `(N, C, h, w)`.
        background: factor of the background's overlap.

    Returns:
        See :class:`Seeds`.
    """
    unit = (feat / (feat.norm(dim=1, keepdim=True) + EPS)).flatten(2)
    flat = cam.flatten(2)
    sums = correlation_sums(unit, torch.cat([flat, torch.ones_like(flat[:, :1])], dim=1))
    common, structure = sums[:, :-1], sums[:, -1:]
    union = structure + flat.sum(dim=2, keepdim=True) - common
    overlap = common / union.clamp(min=EPS)  # both are 0 where neither feature nor map has a value
    overlap = torch.cat([background * overlap[:, :1], overlap[:, 1:]], dim=1).view_as(cam)
    winner = torch.zeros_like(overlap).scatter_(1, overlap.argmax(dim=1, keepdim=True), 1)
    return Seeds(winner * label[..., None, None], overlap.softmax(dim=1))


def image_prototypes(seeds: Tensor, feat: Tensor) -> Tensor:
    """Return a feature for each class: the mean over all pixels of seed times feature, section 3.3.

    Args:
        seeds: `(N, K, h, w)`.
        feat: `(N, C, h, w)`.

    Returns:
        `(N, K, C)`, 0 for a class without seeds. Only the direction of a prototype counts later.
    """
    flat = feat.flatten(2)
    return seeds.flatten(2).to(flat) @ flat.transpose(1, 2) / flat.shape[2]


def reactivate(prototypes: Tensor, feat: Tensor) -> Tensor:
    """Return the image-specific class maps: the positive part of the cosine of each pixel and each prototype.

    Args:
        prototypes: `(N, K, C)`.
        feat: `(N, C, h, w)`.

    Returns:
        `(N, K, h, w)` in [0, 1].
    """
    cosines = F.normalize(prototypes, dim=2, eps=1e-8) @ F.normalize(feat.flatten(2), dim=1, eps=1e-8)
    return F.relu(cosines).unflatten(2, feat.shape[2:])
