"""Pixels counted by winning CAM score, winning class and ground truth: one count serves all thresholds."""
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.pseudo_labels.cam import winner as strongest_class
from mmwsss.utils.errors import InputError


def winner_of(cam: Tensor, keys: Tensor, size: tuple[int, int]) -> tuple[Tensor, Tensor]:
    """The highest CAM score of each pixel at the image's size, and its class.

    Args:
        cam: `(K, h, w)` normalised CAMs in [0, 1] of the kept classes; `K` may be 0.
        keys: `(K,)` their image classes.
        size: `(H, W)` of the result; the CAMs are resized bilinearly.

    Returns:
        Score `(H, W)` float32 and segmentation class `(H, W)` int64 (image class + 1); both are 0 if `K` is 0.

    Raises:
        InputError: the numbers of CAMs and keys differ.
    """
    if len(cam) != len(keys):
        raise InputError(f'There are {len(cam)} CAMs for {len(keys)} keys. Pass one key per CAM.')
    cam, keys = cam.float(), keys.to(cam.device).long()
    if not len(keys):
        return strongest_class(cam.new_zeros(0, *size), keys)
    resized = F.interpolate(cam[None], size=tuple(size), mode='bilinear', align_corners=False)[0]
    return strongest_class(resized, keys)


def winner_histogram(score: Tensor, winner: Tensor, truth: Tensor, thresholds: Tensor,
                     num_classes: int, ignore_index: int = 255) -> Tensor:
    """Count the pixels of an image by score bin, winning class and ground truth class.

    Bin `b` contains the scores above exactly `b` thresholds, so a pixel is foreground at threshold `i`
    (`score > thresholds[i]`, compared in float32 as in the model) iff its bin is larger than `i`. Nothing is
    quantised. NaN scores are above no threshold.

    Args:
        score: `(H, W)` winning CAM score.
        winner: `(H, W)` its segmentation class in `[0, num_classes)`.
        truth: `(H, W)` ground truth class in `[0, num_classes)`, or `ignore_index`.
        thresholds: `(T,)` float32, increasing.
        num_classes: `C`, segmentation classes including the background.
        ignore_index: ground truth of pixels that no metric counts.

    Returns:
        `(T + 1, C, C + 1)` int64. The last column counts ignored pixels, so that the distribution of the scores
        does not depend on the masks.

    Raises:
        InputError: a winner or ground truth value is not a class.
    """
    ignored = truth == ignore_index
    _check_classes('CAM', winner, num_classes)
    _check_classes('mask', truth.masked_fill(ignored, 0), num_classes)
    column = truth.long().masked_fill(ignored, num_classes)
    level = torch.bucketize(score.float().nan_to_num(nan=-1.0), thresholds.to(score.device))
    shape = (len(thresholds) + 1, num_classes, num_classes + 1)
    index = (level * shape[1] + winner.long()) * shape[2] + column
    return torch.bincount(index.flatten(), minlength=int(np.prod(shape))).reshape(shape)


def threshold_areas(histogram: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Areas of every class at every threshold, from which MMSeg's `IoUMetric` computes its metrics.

    Args:
        histogram: `(T + 1, C, C + 1)` from :func:`winner_histogram`, summed over images.

    Returns:
        Intersection, union, predicted and ground truth area, each `(T, C)` float64 in pixels.
    """
    counts = histogram[..., :-1].double()  # pixel counts are exact in float64, not in float32
    # foreground at threshold i: the sum over the bins above i
    confusion = counts[1:].flip(0).cumsum(0).flip(0)
    confusion[:, 0] += counts.sum((0, 1)) - confusion.sum(1)
    intersect = confusion.diagonal(dim1=1, dim2=2)
    predicted, true = confusion.sum(2), confusion.sum(1)
    return intersect, predicted + true - intersect, predicted, true


def _check_classes(what: str, labels: Tensor, num_classes: int) -> None:
    """Reject labels outside the classes, which would be counted in the wrong cell."""
    low, high = (int(value) for value in labels.aminmax())
    if low < 0 or high >= num_classes:
        raise InputError(f'the {what} contains class {low if low < 0 else high}, but the data set has '
                         f'{num_classes} classes. Check metainfo, reduce_zero_label and the masks.')
