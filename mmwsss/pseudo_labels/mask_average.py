"""Averaging the class probabilities of several scales and of mirror images (1-Stage)."""
from collections.abc import Iterable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor


def pad_centred(images: Tensor, side: int | None) -> tuple[Tensor, tuple[int, int, int, int]]:
    """Put images into the middle of a square of zeros.

    Args:
        images: `(N, C, H, W)`, normalised.
        side: of the square; a longer side of the image stays as it is. None for no padding.

    Returns:
        `(N, C, H', W')`, and where the image is in it: top, left, height, width.
    """
    height, width = images.shape[2:]
    more = [max((side or 0) - size, 0) for size in (height, width)]
    top, left = (part // 2 for part in more)
    padded = F.pad(images, (left, more[1] - left, top, more[0] - top))
    return padded, (top, left, height, width)


def average_masks(views: Iterable[tuple[Tensor, Sequence[int]]], size: Sequence[int]) -> Tensor:
    """Average the probabilities of several scales; each is needed only until the next one.

    Args:
        views: for each scale the probabilities `(M, C, H_s, W_s)` of the image and, with `M = 2`, of its mirror image,
            and where the image is in them: top, left, height, width.
        size: height and width of the result.

    Returns:
        `(C, *size)` float32.
    """
    total, count = torch.zeros(()), 0
    for probs, (top, left, height, width) in views:
        cut = probs[..., top:top + height, left:left + width].float()
        cut = torch.cat([cut[:1], cut[1:].flip(-1)])
        large = F.interpolate(cut, size=tuple(size), mode='bilinear', align_corners=False)
        total, count = total + large.sum(dim=0), count + len(large)
    return total / count


def final_probs(probs: Tensor, present: Tensor, bg_power: float = 3.0) -> Tensor:
    """Keep the classes of an image and weaken the background.

    Args:
        probs: `(C, H, W)`, the background first.
        present: `(C - 1,)` bool, the classes to keep.
        bg_power: exponent of the background's probability; above 1, objects grow.

    Returns:
        `(C, H, W)`; it does not sum to 1.
    """
    return torch.cat([probs[:1]**bg_power, probs[1:] * present[:, None, None]])
