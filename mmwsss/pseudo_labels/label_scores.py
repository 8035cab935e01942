"""Label maps as class scores, so that a local refinement of scores refines labels, too."""
from collections.abc import Callable

import torch
from torch import Tensor

from mmwsss.utils.errors import InputError

Refine = Callable[[Tensor, Tensor], Tensor]  # image (3, H, W) uint8 RGB, scores (C, H, W) -> scores


def label_scores(labels: Tensor, num_labels: int, gt_prob: float = 0.7) -> Tensor:
    """Turn a label map into probabilities: `gt_prob` for a pixel's own label, the rest shared by all others.

    Args:
        labels: `(H, W)` or `(B, H, W)` integers in `0..num_labels - 1`, or bool.
        num_labels: number of labels that a pixel could have, present in `labels` or not.
        gt_prob: probability of the given label, in (0, 1).

    Returns:
        `(num_labels, H, W)` or `(B, num_labels, H, W)` float32 that sum to 1.

    Raises:
        InputError: the labels are not such integers, or `gt_prob` is out of range.
    """
    _check(labels, num_labels, gt_prob)
    size = (*labels.shape[:-2], num_labels, *labels.shape[-2:])
    if num_labels == 1:
        return labels.new_ones(size, dtype=torch.float32)
    scores = labels.new_full(size, (1 - gt_prob) / (num_labels - 1), dtype=torch.float32)
    return scores.scatter_(-3, labels.long().unsqueeze(-3), gt_prob)


def refine_labels(refine: Refine, image: Tensor, labels: Tensor, num_labels: int, gt_prob: float = 0.7) -> Tensor:
    """Refine a label map by a local refinement of scores.

    Args:
        refine: the refinement; of `(B, C, H, W)` scores if there are B label maps.
        image: `(3, H, W)` uint8 RGB.
        labels: see :func:`label_scores`, as `num_labels` and `gt_prob`.

    Returns:
        Int64 labels in the shape of `labels`. A label that is absent in a map is absent in its result.

    Raises:
        InputError: see :func:`label_scores`.
    """
    _check(labels, num_labels, gt_prob)
    labels = labels.long()
    present = torch.zeros((*labels.shape[:-2], num_labels), dtype=torch.bool, device=labels.device)
    present.scatter_(-1, labels.flatten(-2), True)
    if (present.sum(dim=-1) == 1).all():
        return labels
    refined = refine(image, label_scores(labels, num_labels, gt_prob))
    return refined.masked_fill(~present[..., None, None], -torch.inf).argmax(dim=-3)


def _check(labels: Tensor, num_labels: int, gt_prob: float) -> None:
    if not 0 < gt_prob < 1:
        raise InputError(f'gt_prob={gt_prob} must be between 0 and 1.')
    integers = not (labels.is_floating_point() or labels.is_complex())
    in_range = labels.dim() in (2, 3) and labels.numel() and 0 <= labels.min() <= labels.max() < num_labels
    if not (integers and in_range):
        raise InputError(f'Labels to refine must be a map (H, W) of integers in 0..{num_labels - 1}, got '
                         f'{labels.dtype} of shape {tuple(labels.shape)}.')
