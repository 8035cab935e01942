"""Pseudo ground truth from the probabilities of a network that still trains (1-Stage).

Araslanov, Roth: Single-Stage Semantic Segmentation from Image Labels, CVPR 2020, section 3.3 and the release.
"""
import torch
from torch import Tensor

IGNORED = 255


@torch.no_grad()
def pseudo_mask(probs: Tensor, fg_factor: float = 0.6, bg_factor: float = 0.7, floor: float = 0.2) -> Tensor:
    """Keep the pixels where exactly one class is probable, compared with its own maximum.

    The threshold of a class is `max(floor, factor * its maximum in the image)`.

    Args:
        probs: `(N, C, H, W)`, the background first; classes that an image does not have are 0.
        fg_factor: of the classes.
        bg_factor: of the background.
        floor: smallest threshold.

    Returns:
        `(N, H, W)` int64: the class, or 255 where no class or several are above their thresholds.
    """
    factors = probs.new_full((probs.shape[1], 1, 1), fg_factor)
    factors[:1] = bg_factor
    above = probs > (factors * probs.amax(dim=(2, 3), keepdim=True)).clamp(min=floor)
    label = above.to(torch.uint8).argmax(dim=1)
    return torch.where(above.sum(dim=1) == 1, label, torch.full_like(label, IGNORED))
