"""Refinement of large images at a smaller size, so that its time and memory have a bound."""
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError

from .label_scores import Refine


def shrunk_size(size: Sequence[int], max_size: int | None) -> tuple[int, int] | None:
    """The height and width of an image that is shrunk to a long side; `None` if it is no larger.

    Args:
        size: height and width.
        max_size: the long side; `None` for no limit.
    """
    longest = max(size)
    if max_size is None or longest <= max_size:
        return None
    height, width = (max(round(side * max_size / longest), 1) for side in size)
    return height, width


def shrink_image(image: Tensor, size: tuple[int, int]) -> Tensor:
    """Average the pixels of an image `(3, H, W)` uint8 to a smaller size."""
    return F.interpolate(image[None].float(), size=size, mode='area')[0].round().to(torch.uint8)


def shrink_scores(scores: Tensor, size: tuple[int, int]) -> Tensor:
    """Average scores `(..., C, H, W)` to a smaller size; the sum over the classes stays."""
    small = F.interpolate(scores.reshape(1, -1, *scores.shape[-2:]), size=size, mode='area')
    return small.reshape(*scores.shape[:-2], *size)


def refine_shrunk(refine: Refine, image: Tensor, scores: Tensor, max_size: int | None) -> Tensor:
    """Refine the scores of an image that is larger than a limit on a shrunk image, and enlarge the result.

    Pixels are averaged where they are shrunk, and the result is enlarged bilinearly. Both keep the sum of the scores
    over the classes.

    Args:
        refine: for image and scores of one size.
        image: `(3, H, W)` uint8 RGB.
        scores: `(..., C, H, W)` float32.
        max_size: long side, in pixels, above which images are shrunk to it; `None` for no limit.

    Returns:
        Refined scores, of the shape of `scores`.

    Raises:
        InputError: image and scores differ in size.
    """
    if image.shape[-2:] != scores.shape[-2:]:
        raise InputError(f'The image has {tuple(image.shape[-2:])} pixels, but the scores have '
                         f'{tuple(scores.shape[-2:])}. Give the scores of this image.')
    smaller = shrunk_size(image.shape[-2:], max_size)
    if smaller is None:
        return refine(image, scores)
    refined = refine(shrink_image(image, smaller), shrink_scores(scores, smaller)).reshape(1, -1, *smaller)
    return F.interpolate(refined, size=image.shape[-2:], mode='bilinear', align_corners=False).reshape(scores.shape)
