"""Quality of labels in which some pixels are ignored."""
from dataclasses import dataclass

import numpy as np

from mmwsss.utils.errors import InputError


@dataclass(frozen=True)
class LabelQuality:
    """Quality in percent; NaN for a division by zero.

    Attributes:
        coverage: share of the ground truth pixels that have a label.
        accuracy: share of the labelled pixels that are correct.
        iou: `(C,)` per class over the labelled pixels.
        iou_all: `(C,)` per class over all ground truth pixels; pixels without a label count as background.
    """
    coverage: float
    accuracy: float
    iou: np.ndarray
    iou_all: np.ndarray


def count_labels(label: np.ndarray, truth: np.ndarray, num_classes: int, ignore_index: int = 255) -> np.ndarray:
    """Confusion counts of an image, `(C + 1, C)` int64: rows are labels (the last: none), columns ground truth.

    Args:
        label: `(H, W)` in `0..C-1`, or `ignore_index` for pixels without a label.
        truth: `(H, W)` ground truth in `0..C-1`, or `ignore_index` for pixels that are not counted.
        num_classes: `C`.
        ignore_index: see above.

    Raises:
        InputError: sizes differ, or a value is not a class.
    """
    if label.shape != truth.shape:
        raise InputError(f'The label has size {label.shape} (height, width), but the mask has size {truth.shape}. '
                         'Check that both belong to the same image.')
    known = truth != ignore_index
    label = np.where(label == ignore_index, num_classes, label.astype(np.int64))[known]
    truth = truth[known].astype(np.int64)
    if known.any() and (label.max() > num_classes or truth.max() >= num_classes):
        raise InputError(f'There are {num_classes} classes, but the largest label is {label.max()} and the largest '
                         f'mask value {truth.max()}. Check metainfo.classes.')
    return np.bincount(label * num_classes + truth, minlength=(num_classes + 1) * num_classes).reshape(-1, num_classes)


def label_quality(counts: np.ndarray) -> LabelQuality:
    """Compute the quality from counts `(C + 1, C)`, summed over images."""
    labelled, right = counts[:-1], counts[:-1].diagonal()
    every = labelled.copy()
    every[0] += counts[-1]
    return LabelQuality(
        coverage=float(_percent(labelled.sum(), counts.sum())),
        accuracy=float(_percent(right.sum(), labelled.sum())),
        iou=_iou(labelled),
        iou_all=_iou(every))


def _iou(confusion: np.ndarray) -> np.ndarray:
    right = confusion.diagonal()
    return _percent(right, confusion.sum(0) + confusion.sum(1) - right)


def _percent(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    with np.errstate(invalid='ignore'):
        return 100 * np.asarray(part, dtype=np.float64) / whole
