"""Pixel-adaptive mask refinement (PAMR): class scores follow the colours of the image, by few local averages.

Araslanov, Roth: Single-Stage Semantic Segmentation from Image Labels, CVPR 2020 (1-Stage).
"""
from collections.abc import Sequence

import torch
from torch import Tensor

from .neighbour_sums import colour_differences, neighbour_rows, refinement, spread


@torch.no_grad()
def pamr(images: Tensor, scores: Tensor, dilations: Sequence[int] = (1, 2, 4, 8, 12, 24), steps: int = 10) -> Tensor:
    """Replace scores by averages over the neighbours of similar colour, `steps` times.

    It takes about 100 operators, and one (with three views) a step.

    Args:
        images: `(N, 3, H, W)`, uint8 or floats in [0, 1].
        scores: `(N, C, h, w)`, finite. Other sizes are first resized, bilinear with aligned corners.
        dilations: distances of the 8 neighbours around a pixel, in pixels.
        steps: of averaging, >= 0.

    Returns:
        `(N, C, H, W)` float32 scores. A pixel's own score has no weight.

    Raises:
        InputError: shapes or types do not fit, values are not finite, or memory runs out.
    """
    with refinement('PAMR', images, scores, dilations, steps):
        rows = neighbour_rows(images.shape[2:], dilations, images.device)
        images = images / 255 if images.dtype == torch.uint8 else images.float()
        return spread(scores, images.shape[2:], rows, pamr_weights(images, rows, len(dilations)), steps)


def pamr_weights(images: Tensor, rows: Tensor, num_dilations: int) -> Tensor:
    """Weights of neighbours: a softmax of minus the relative colour difference.

    Args:
        images: `(N, 3, H, W)` floats in [0, 1].
        rows: `(H * W, K)`, see :func:`neighbour_rows`.
        num_dilations: in each, the pixel itself counts once for its standard deviation.

    Returns:
        `(N, H * W, K)`.
    """
    total = images.new_zeros(())
    for difference, deviation in colour_differences(images, rows, count_itself=num_dilations):
        total = total - difference.abs_().div_(1e-8 + 0.1 * deviation)
    return (total / images.shape[1]).softmax(dim=2)
