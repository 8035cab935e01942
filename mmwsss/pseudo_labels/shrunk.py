"""Refinement of large images at a smaller size, so that its time and memory have a bound."""
import torch
import torch.nn.functional as F
from torch import Tensor

from .label_scores import Refine


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
    """
    size = image.shape[-2:]
    longest = max(size)
    if max_size is None or longest <= max_size:
        return refine(image, scores)
    smaller = tuple(max(round(side * max_size / longest), 1) for side in size)
    colours = F.interpolate(image[None].float(), size=smaller, mode='area')[0].round().to(torch.uint8)
    sets = scores.reshape(1, -1, *size)
    reduced = F.interpolate(sets, size=smaller, mode='area').reshape(*scores.shape[:-2], *smaller)
    refined = refine(colours, reduced).reshape(1, -1, *smaller)
    return F.interpolate(refined, size=size, mode='bilinear', align_corners=False).reshape(scores.shape)
