"""Merging class activation maps over scales and mirror images.

Only the known classes of an image are merged; each map is divided by its maximum.
"""
from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError

EPS = 1e-5  # from the published normalisation


def scaled_size(size: Sequence[int], scale: float) -> tuple[int, int]:
    """Return the size of an image at another scale.

    Args:
        size: height and width, pixels.
        scale: factor of both, > 0.

    Returns:
        Height and width, rounded, at least 1.
    """
    return max(round(size[0] * scale), 1), max(round(size[1] * scale), 1)


def strided_size(size: Sequence[int], stride: int = 4) -> tuple[int, int]:
    """Return the size of a map with one value for every `stride` pixels.

    Args:
        size: height and width of the image, pixels.
        stride: in pixels, >= 1.

    Returns:
        Height and width, `ceil(size / stride)`.
    """
    return -(-size[0] // stride), -(-size[1] // stride)


def mirror_pairs(cams: Tensor) -> Tensor:
    """Flip the maps of mirror images back and stack both: `(2N, L, h, w) -> (2, N, L, h, w)`.

    Args:
        cams: the maps of `N` images, then of the same images flipped left to right.
    """
    straight, mirrored = cams.chunk(2)
    return torch.stack([straight, mirrored.flip(-1)])


def normalize_cam(cam: Tensor) -> Tensor:
    """Divide each map of `(K, h, w)` by its maximum (+ 1e-5), so that it lies in [0, 1)."""
    if not cam.numel():
        return cam
    return cam / (cam.amax(dim=(-2, -1), keepdim=True) + EPS)


def merge_scales(cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
    """Resize the maps of all scales bilinearly to one size, sum them and normalise the sum.

    Args:
        cams: one map `(K, h_s, w_s)` >= 0 per scale.
        size: height and width of the result.

    Returns:
        `(K, *size)` in [0, 1).

    Raises:
        InputError: there are several maps a class.
    """
    if cams[0].dim() != 3:
        raise InputError(f'Maps of the shape {tuple(cams[0].shape)} are not one map a class, (K, h, w). Set '
                         "test_cfg.merge to a rule for them, e.g. dict(type='SumAllSubCategories').")
    total = cams[0].new_zeros((cams[0].shape[0], *size))
    for cam in cams:
        if cam.shape[0]:
            total += F.interpolate(cam[None], size=tuple(size), mode='bilinear', align_corners=False)[0]
    return normalize_cam(total)


def mirror_max_sum(cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
    """Take the maximum over image and mirror image, then :func:`merge_scales`.

    The VWE code uses this rule. IRN's code adds image and mirror image, see :func:`sum_all`.

    Args:
        cams: maps `(M, K, h_s, w_s)` >= 0 for each scale, of the image and, if `M = 2`, its mirror image flipped back.
        size: height and width of the result.

    Returns:
        `(K, *size)` in [0, 1).
    """
    return merge_scales([cam.amax(dim=0) for cam in cams], size)


def sum_all(cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
    """Sum over image, mirror image and scales, as in AffinityNet (PSA; Ahn, Kwak, CVPR 2018).

    Arguments and result are those of :func:`mirror_max_sum`.
    """
    return merge_scales([cam.sum(dim=0) for cam in cams], size)


def merge_cams(cams: Sequence[Tensor],
               size: Sequence[int],
               rule: Callable[[Sequence[Tensor], Sequence[int]], Tensor] = mirror_max_sum,
               stride: int = 4) -> tuple[Tensor, Tensor]:
    """Merge CAMs into a map to store and a map to evaluate.

    Args:
        cams: maps `(M, K, h_s, w_s)` >= 0 for each scale, see :func:`mirror_max_sum`.
        size: height and width of the image.
        rule: merging rule, called as `rule(cams, size)` once per map.
        stride: stride of the stored map.

    Returns:
        The map at `ceil(size / stride)` and the map at `size`, both `(K, ., .)`, in the rule's range. As in the VWE
        code, each is merged at its own size. IRN's code merges the second at a multiple of 16 pixels and crops it.
    """
    return rule(cams, strided_size(size, stride)), rule(cams, size)


def against_background(classes: Tensor, background: Tensor) -> Tensor:
    """Return scores that hold which classes are stronger than the background, and by how much.

    A weaker class gets its share of both, below 1/2; a stronger one gets 1/2 and half of its lead. So a class above a
    multiple `t / (1 - t)` of the background, up to 1, is above the threshold `t`, and classes keep their order also
    where there is no background; shares would all be 1 there, and float16 files would lose the order.

    Args:
        classes: maps in [0, 1).
        background: of the background, in [0, 1), of the same shape.

    Returns:
        Scores in [0, 1).
    """
    share = classes / (classes + background + EPS)
    return torch.where(classes > background, (1 + classes - background) / 2, share)


def winner(cam: Tensor, keys: Tensor) -> tuple[Tensor, Tensor]:
    """Return the strongest class of each pixel.

    Args:
        cam: `(K, h, w)` normalised maps.
        keys: `(K,)` their image classes.

    Returns:
        Score `(h, w)` of the strongest class and its segmentation class `(h, w)`, int64 (image class + 1); both are 0
        if `K` is 0.
    """
    if not len(keys):
        return cam.new_zeros(cam.shape[1:]), keys.new_zeros(cam.shape[1:])
    score, index = cam.max(dim=0)
    return score, keys[index] + 1
