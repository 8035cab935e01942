"""Label maps as class scores, so that a local refinement of scores refines labels, too."""
from collections.abc import Callable

import torch
from torch import Tensor

from mmwsss.utils.errors import InputError

Refine = Callable[[Tensor, Tensor], Tensor]  # image (3, H, W) uint8 RGB, scores (C, H, W) -> scores (C, H, W)


def label_scores(labels: Tensor, num_labels: int, gt_prob: float = 0.7) -> Tensor:
    """Turn a label map into probabilities: `gt_prob` for a pixel's own label, the rest shared by all others.

    Args:
        labels: `(H, W)` integers in `0..num_labels - 1`, or bool.
        num_labels: number of labels that a pixel could have, present in `labels` or not.
        gt_prob: probability of the given label, in (0, 1).

    Returns:
        `(num_labels, H, W)` float32 that sum to 1.

    Raises:
        InputError: the labels are not such integers, or `gt_prob` is out of range.
    """
    _check(labels, num_labels, gt_prob)
    if num_labels == 1:
        return labels.new_ones((1, *labels.shape), dtype=torch.float32)
    other_prob = (1 - gt_prob) / (num_labels - 1)
    scores = torch.full((num_labels, *labels.shape), other_prob, dtype=torch.float32, device=labels.device)
    return scores.scatter_(0, labels.long()[None], gt_prob)


def refine_labels(refine: Refine, image: Tensor, labels: Tensor, num_labels: int, gt_prob: float = 0.7) -> Tensor:
    """Refine a label map by a local refinement of scores.

    Args:
        refine: the refinement.
        image: `(3, H, W)` uint8 RGB.
        labels: see :func:`label_scores`, as `num_labels` and `gt_prob`.

    Returns:
        `(H, W)` int64 labels. A label that is absent in the input is absent in the result.

    Raises:
        InputError: see :func:`label_scores`.
    """
    _check(labels, num_labels, gt_prob)
    labels = labels.long()
    present = labels.unique()
    if len(present) == 1:
        return labels
    refined = refine(image, label_scores(labels, num_labels, gt_prob))
    return present[refined[present].argmax(dim=0)]


def _check(labels: Tensor, num_labels: int, gt_prob: float) -> None:
    if not 0 < gt_prob < 1:
        raise InputError(f'gt_prob={gt_prob} must be between 0 and 1.')
    integers = not (labels.is_floating_point() or labels.is_complex())
    if labels.dim() != 2 or not labels.numel() or not integers or not 0 <= labels.min() <= labels.max() < num_labels:
        raise InputError(f'Labels to refine must be a map (H, W) of integers in 0..{num_labels - 1}, got '
                         f'{labels.dtype} of shape {tuple(labels.shape)}.')
