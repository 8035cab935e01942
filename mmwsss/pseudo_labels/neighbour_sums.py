"""Neighbours of pixels at several distances, and weighted sums over them: what PAMR and PAR share."""
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from numbers import Integral

import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError, explained_memory_error

AROUND = tuple((dy, dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1) if (dy, dx) != (0, 0))


def neighbour_offsets(dilations: Sequence[int]) -> list[tuple[int, int]]:
    """The 8 pixels around a pixel, `(dy, dx)`, at each distance: K = 8 times the number of dilations."""
    return [(dilation * dy, dilation * dx) for dilation in dilations for dy, dx in AROUND]


def neighbour_rows(size: Sequence[int], dilations: Sequence[int], device: torch.device) -> Tensor:
    """Where the neighbours of pixels are in a flat map; beyond the border, the nearest pixel stands for them.

    Args:
        size: height and width `(H, W)`.
        dilations: distances in pixels.
        device: of the result.

    Returns:
        `(H * W, K)` int64, K in the order of :func:`neighbour_offsets`.
    """
    height, width = size
    dy, dx = torch.tensor(neighbour_offsets(dilations)).to(device).T
    y = (torch.arange(height, device=device)[:, None] + dy).clamp_(0, height - 1)
    x = (torch.arange(width, device=device)[:, None] + dx).clamp_(0, width - 1)
    return (y[:, None] * width + x).flatten(0, 1)


def colour_differences(images: Tensor, rows: Tensor, count_itself: int) -> Iterator[tuple[Tensor, Tensor]]:
    """How far the neighbours of pixels are from them, for each channel in turn, because memory is scarce.

    Args:
        images: `(N, 3, H, W)` float32.
        rows: `(H * W, K)`, see :func:`neighbour_rows`.
        count_itself: how often the pixel itself counts for the deviation, beside its neighbours.

    Yields:
        `(N, H * W, K)` differences, and `(N, H * W, 1)` the standard deviation (n - 1) around the pixel.
    """
    number = rows.shape[1] + count_itself
    for channel in images.flatten(2).unbind(1):
        difference = channel.index_select(1, rows.flatten()).view(-1, *rows.shape) - channel[..., None]
        mean = difference.sum(2, keepdim=True) / number
        squares = (difference - mean).square_().sum(2, keepdim=True) + count_itself * mean.square()
        yield difference, (squares / (number - 1)).sqrt_()


def spread(scores: Tensor, size: Sequence[int], rows: Tensor, weights: Tensor, steps: int) -> Tensor:
    """Replace the scores of each pixel by the weighted sum of its neighbours', `steps` times; an operator a step.

    Args:
        scores: `(N, C, h, w)`; first resized, bilinear with aligned corners.
        size: height and width `(H, W)` of the image.
        rows: `(H * W, K)`, see :func:`neighbour_rows`.
        weights: `(N, H * W, K)` float32.

    Returns:
        `(N, C, H, W)` float32.
    """
    scores = F.interpolate(scores.float(), size=tuple(size), mode='bilinear', align_corners=True)
    number, classes = scores.shape[:2]
    values = scores.permute(0, 2, 3, 1).reshape(-1, classes)
    first = torch.arange(number, device=rows.device)[:, None, None] * len(rows)
    rows, weights = (rows + first).flatten(0, 1).int(), weights.flatten(0, 1)
    for _ in range(steps):
        values = F.embedding_bag(rows, values, mode='sum', per_sample_weights=weights)
    return values.view(number, *size, classes).permute(0, 3, 1, 2).contiguous()


@contextmanager
def refinement(name: str, images: Tensor, scores: Tensor, dilations: Sequence[int], steps: int) -> Iterator[None]:
    """Check the input of the refinement of that name, and say what to reduce where its memory runs out.

    Raises:
        InputError: images, scores or settings do not fit, or memory runs out.
    """
    what = f'{name} with dilations {tuple(dilations)} of images {tuple(images.shape)}'
    with explained_memory_error(what, images.device, 'Pass fewer or smaller images, or set fewer dilations.'):
        _check(name, images, scores, dilations, steps)
        yield


def _check(name: str, images: Tensor, scores: Tensor, dilations: Sequence[int], steps: int) -> None:
    if images.dim() != 4 or not images[:1].numel() or not (images.dtype == torch.uint8 or images.is_floating_point()):
        raise InputError(f'The images for {name} are {images.dtype} of shape {tuple(images.shape)}. '
                         'Pass (N, 3, H, W), uint8 or float.')
    if scores.dim() != 4 or len(scores) != len(images) or not scores.numel():
        raise InputError(f'The scores for {name} have the shape {tuple(scores.shape)}. '
                         f'Pass (N, C, h, w) for N = {len(images)} images.')
    if not (images.isfinite().all() and scores.isfinite().all()):
        raise InputError(f'The images or scores for {name} have NaN or infinite values. '
                         'Check the model or the file that they come from.')
    if not dilations or not all(isinstance(dilation, Integral) and dilation > 0 for dilation in dilations):
        raise InputError(f'dilations of {name} must be integers of at least 1, got {dilations}.')
    if not isinstance(steps, Integral) or steps < 0:
        raise InputError(f'steps of {name} must be an integer of at least 0, got {steps}.')
