"""Instance masks from class activation maps, boundaries and displacements.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019,
sections 4 and 5. A displacement points from a pixel to the centroid of its object. Pixels that arrive at the same
centroid form a group. Each class's map is split into these groups, a random walk spreads every piece up to the
boundaries, and each pixel goes to the strongest piece. The defaults are those of the published code.
"""
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import torch
from torch import Tensor

from mmwsss.utils.errors import InputError

from .cam import winner
from .random_walk import random_walk, walk_scores


@dataclass(frozen=True)
class Instances:
    """The objects in an image, sorted by descending score.

    Attributes:
        masks: `(M, H, W)` bool, connected and without overlap.
        classes: `(M,)` int64 image classes.
        scores: `(M,)` float32 in (0, 1], the largest activation after the walk inside the mask.
    """
    masks: Tensor
    classes: Tensor
    scores: Tensor


@torch.no_grad()
def refine_displacement(displacement: Tensor, steps: int = 300) -> Tensor:
    """Follow a displacement field from every pixel to its destination.

    A point starts at each pixel and moves `steps` times by the bilinearly interpolated displacement at its current
    position, without leaving the map.

    Args:
        displacement: `(2, h, w)` (dy, dx) in pixels of the map.
        steps: number of steps; the paper considers 100 or more sufficient.

    Returns:
        `(2, h, w)` float32, from each pixel to its destination.

    Raises:
        InputError: the field has another shape or non-finite values.
    """
    _check_field(displacement)
    field = displacement.float()
    start = _coordinates(field)
    corner = start[:, -1:, -1:]
    place = start
    for _ in range(steps):
        place = torch.minimum((place + _interpolate(field, place)).clamp_(min=0), corner)
    return place - start


@torch.no_grad()
def centroid_clusters(displacement: Tensor, threshold: float = 2.5) -> Tensor:
    """Find regions of almost no displacement, the centroids of objects.

    Args:
        displacement: `(2, h, w)` in pixels of the map, before its refinement.
        threshold: displacements must be shorter than this.

    Returns:
        `(h, w)` int64: 4-connected regions numbered from 1; 0 elsewhere.

    Raises:
        InputError: the field has another shape or non-finite values.
    """
    _check_field(displacement)
    return _components(displacement.float().norm(dim=0) < threshold)


@torch.no_grad()
def instance_map(refined: Tensor, clusters: Tensor) -> Tensor:
    """Find the cluster at which each pixel's displacement arrives.

    Args:
        refined: `(2, h, w)` from :func:`refine_displacement`; destinations are rounded to pixels, half to even.
        clusters: `(h, w)` from :func:`centroid_clusters`.

    Returns:
        `(h, w)` int64 cluster numbers; 0 for pixels that arrive outside all clusters.

    Raises:
        InputError: the shapes do not fit.
    """
    _check_field(refined)
    if refined.shape[1:] != clusters.shape:
        raise InputError('The displacement field and the clusters must have the shapes (2, h, w) and (h, w), got '
                         f'{tuple(refined.shape)} and {tuple(clusters.shape)}.')
    y, x = (refined + _coordinates(refined)).round().long()
    height, width = clusters.shape
    return clusters[y.clamp(0, height - 1), x.clamp(0, width - 1)]


@torch.no_grad()
def instance_masks(cam: Tensor,
                   keys: Tensor,
                   boundary: Tensor,
                   displacement: Tensor,
                   size: Sequence[int],
                   bg_thr: float = 0.25,
                   min_area: float = 0.01,
                   radius: int = 5,
                   beta: float = 10,
                   steps: int = 256) -> Instances:
    """Split each class's map into objects.

    As published, pixels that arrive at no cluster form one more group. The published code keeps small fragments with
    score 0; here they are removed.

    Args:
        cam: `(K, ceil(H / 4), ceil(W / 4))` maps >= 0 of K >= 0 classes.
        keys: `(K,)` their image classes.
        boundary: `(1, h, w)` or `(h, w)` boundary probability in [0, 1].
        displacement: `(2, h, w)` (dy, dx) in pixels of the map. All maps have the same size and device.
        size: height and width `(H, W)` of the image.
        bg_thr: background score, relative to the maximum over all groups, classes and pixels.
        min_area: fragments below this share of the image are removed.
        radius, beta, steps: see :func:`random_walk`.

    Returns:
        The objects, on the device of `cam`.

    Raises:
        InputError: shapes do not fit, or values are out of range.
    """
    if cam.dim() != 3 or keys.shape != cam.shape[:1] or displacement.shape[1:] != cam.shape[1:]:
        raise InputError('CAM, keys and displacement must have the shapes (K, h, w), (K,) and (2, h, w), got '
                         f'{tuple(cam.shape)}, {tuple(keys.shape)} and {tuple(displacement.shape)}.')
    groups = instance_map(refine_displacement(displacement), centroid_clusters(displacement))
    members = groups == groups.unique()[:, None, None]
    pieces = (cam[:, None] * members).flatten(0, 1)
    classes = keys.to(cam.device).long().repeat_interleave(len(members))
    active = pieces.flatten(1).any(dim=1)
    walk = random_walk(pieces[active], boundary, radius, beta, steps)
    return _detect(walk_scores(walk, size), classes[active], bg_thr, min_area)


def _detect(scores: Tensor, classes: Tensor, bg_thr: float, min_area: float) -> Instances:
    """Find the connected regions in which each map of `scores (P, H, W)` is the strongest."""
    best, number = winner(scores, torch.arange(len(scores), device=scores.device))
    number = torch.where(best > bg_thr, number, 0)
    found, owners = [best.new_zeros((0, *best.shape), dtype=torch.bool)], []
    for piece in number.unique().tolist():
        if piece == 0:
            continue
        parts = _components(number == piece)
        kept = parts.flatten().bincount()[1:] >= min_area * parts.numel()
        found.append(parts == kept.nonzero()[:, :, None] + 1)
        owners += [piece - 1] * int(kept.sum())
    masks = torch.cat(found)
    highest = (best * masks).flatten(1).amax(dim=1)
    order = highest.argsort(descending=True, stable=True)
    return Instances(masks[order], classes[owners][order], highest[order])


def _components(mask: Tensor) -> Tensor:
    """Number the 4-connected regions of `mask (h, w)`: int64 from 1, 0 elsewhere."""
    _, numbers = cv2.connectedComponents(mask.byte().cpu().numpy(), connectivity=4)
    return torch.from_numpy(numbers).to(mask.device, torch.int64)


def _coordinates(field: Tensor) -> Tensor:
    """`(2, h, w)` float32, the (y, x) of every pixel of `field (2, h, w)`."""
    lines = [torch.arange(side, dtype=torch.float32, device=field.device) for side in field.shape[1:]]
    return torch.stack(torch.meshgrid(*lines, indexing='ij'))


def _interpolate(field: Tensor, place: Tensor) -> Tensor:
    """Values `(2, h, w)` of a field at `place (2, h, w)`, (y, x) inside the map."""
    low, high = place.floor(), place.ceil()
    share_y, share_x = place - low
    (top, left), (bottom, right) = low.long(), high.long()
    above = torch.lerp(field[:, top, left], field[:, top, right], share_x)
    below = torch.lerp(field[:, bottom, left], field[:, bottom, right], share_x)
    return torch.lerp(above, below, share_y)


def _check_field(field: Tensor) -> None:
    if field.dim() != 3 or len(field) != 2 or not field.numel():
        raise InputError(f'The displacement field must have the shape (2, h, w), got {tuple(field.shape)}.')
    if not field.isfinite().all():
        raise InputError('The displacement field has non-finite values. Check the checkpoint of the model.')
