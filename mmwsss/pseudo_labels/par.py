"""Pixel-adaptive refinement (PAR): as PAMR, with squared differences and a preference for near neighbours.

Ru, Zhan, Yu, Du: Learning Affinity from Attention: End-to-End Weakly-Supervised Semantic Segmentation with
Transformers, CVPR 2022 (AFA).
"""
from collections.abc import Sequence

import torch
from torch import Tensor

from .neighbour_sums import colour_differences, neighbour_offsets, neighbour_rows, refinement, spread

SHARPNESS = 0.3
POSITION_WEIGHT = 0.01


@torch.no_grad()
def par(images: Tensor, scores: Tensor, dilations: Sequence[int] = (1, 2, 4, 8, 12, 24), steps: int = 10) -> Tensor:
    """Replace scores by weighted sums over the neighbours of similar colour, `steps` times.

    It takes about 110 operators, and one (with three views) a step.

    Args:
        images: `(N, 3, H, W)` colours from 0 to 255, uint8 or float.
        scores: `(N, C, h, w)`, finite. Other sizes are first resized, bilinear with aligned corners.
        dilations: distances of the 8 neighbours around a pixel, in pixels.
        steps: of averaging, >= 0.

    Returns:
        `(N, C, H, W)` float32 scores. As published, weights sum to 1.01, so 10 steps multiply scores by 1.105.

    Raises:
        InputError: shapes or types do not fit, values are not finite, or memory runs out.
    """
    with refinement('PAR', images, scores, dilations, steps):
        rows = neighbour_rows(images.shape[2:], dilations, images.device)
        return spread(scores, images.shape[2:], rows, par_weights(images.float(), rows, dilations), steps)


def par_weights(images: Tensor, rows: Tensor, dilations: Sequence[int]) -> Tensor:
    """Weights of neighbours: a softmax over colours, plus 0.01 of a softmax over distances.

    Args:
        images: `(N, 3, H, W)` floats.
        rows: `(H * W, K)`, see :func:`neighbour_rows`.
        dilations: that `rows` was made for.

    Returns:
        `(N, H * W, K)`.
    """
    total = images.new_zeros(())
    for difference, deviation in colour_differences(images, rows, count_itself=0):
        total = total - _relative(difference, deviation).square_()
    distance = torch.tensor(neighbour_offsets(dilations)).to(images).norm(dim=1)
    near = -_relative(distance, distance.std()).square_()
    return (total / images.shape[1]).softmax(dim=2).add_(near.softmax(dim=0), alpha=POSITION_WEIGHT)


def _relative(difference: Tensor, deviation: Tensor) -> Tensor:
    return difference / ((deviation + 1e-8) * SHARPNESS)
