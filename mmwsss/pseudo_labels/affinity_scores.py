"""What AffinityNet learns from: class scores at two strengths of the background, and labels made of them.

Ahn, Kwak: Learning Pixel-level Semantic Affinity with Image-level Supervision for Weakly Supervised Semantic
Segmentation, CVPR 2018. Under a strong background (low alpha) only confident objects are left, under a weak one (high
alpha) only confident background.
"""
import math
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError

from .crf import dense_crf
from .ir_label import IGNORE
from .label_scores import Refine

# The authors' settings for class scores; no class counts as absent.
SEED_CRF: dict[str, Any] = dict(bilateral_sxy=80, bilateral_srgb=13, min_prob=0)
OUTSIDE = 1e-5  # scores below this are of pixels outside of the image


def background_score(cam: Tensor, alpha: float) -> Tensor:
    """The background score `(1 - max)^alpha` in [0, 1], `(1, H, W)`, of maps `(K, H, W)` of maximum 1; 1 where K is 0.

    The maximum is that of all classes, and those that the image does not have are 0. So it is 1 where the image's own
    are negative, as SEAM's are where a class is weakest; and 0 where rounding lifts one above 1.
    """
    if not len(cam):
        return cam.new_ones(1, *cam.shape[1:])
    return (1 - cam.amax(dim=0, keepdim=True).clamp(0, 1)).pow(alpha)


def background_power(threshold: float) -> float:
    """The power `alpha` with which the background `(1 - x)^alpha` equals a class of the score `x = threshold`.

    With it, a class wins where its CAM is above the threshold.

    Args:
        threshold: in (0, 1).

    Raises:
        InputError: it is not.
    """
    if not 0 < threshold < 1:
        raise InputError(f'The threshold {threshold} has no power of the background. It must be between 0 and 1.')
    return math.log(threshold) / math.log(1 - threshold)


def affinity_scores(image: np.ndarray,
                    cam: np.ndarray,
                    low_alpha: float = 4,
                    high_alpha: float = 32,
                    refine: Refine | None = None) -> np.ndarray:
    """Scores of background and classes under both alphas, after a local refinement.

    Args:
        image: `(H, W, 3)` uint8, RGB.
        cam: `(K, h, w)` maps of K >= 0 classes, normalised to maximum 1, of any size: they are resized bilinearly to
            the image.
        low_alpha: makes a strong background. Published: 4.
        high_alpha: makes a weak background. Published: 32 (code), 24 (paper, and SEAM).
        refine: local refinement of both at a time, `refine(image, scores) -> scores` of `(2, 1 + K, H, W)` scores;
            by default :func:`dense_crf` with `SEED_CRF`.

    Returns:
        `(2, 1 + K, H, W)` float32: under the low and under the high alpha; the background first.

    Raises:
        InputError: shapes or values do not fit, or the refinement cannot run.
    """
    image, cam = np.asarray(image), np.asarray(cam)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise InputError(f'The image is {image.dtype} of shape {image.shape}. Pass uint8 (H, W, 3), RGB.')
    if cam.ndim != 3 or (len(cam) and not cam.size):
        raise InputError(f'The CAM has the shape {cam.shape}. Pass (K, h, w).')
    if not np.isfinite(cam).all():
        raise InputError('The CAM has values that are not finite. Check the model or file that it came from.')
    check_alphas(low_alpha, high_alpha)
    size = image.shape[:2]
    if not len(cam):
        return np.ones((2, 1, *size), dtype=np.float32)
    maps = torch.from_numpy(np.array(cam, dtype=np.float32))
    if tuple(maps.shape[1:]) != size:
        maps = F.interpolate(maps[None], size=size, mode='bilinear', align_corners=False)[0]
    scores = torch.stack([torch.cat([background_score(maps, alpha), maps]) for alpha in (low_alpha, high_alpha)])
    # A copy, because PyTorch warns of memory that cannot be written.
    pixels = torch.from_numpy(np.array(image.transpose(2, 0, 1), order='C'))
    scores = scores.clamp(0, 1)
    return (dense_crf(pixels, scores, **SEED_CRF) if refine is None else refine(pixels, scores)).numpy()


def affinity_label(low: Tensor, high: Tensor, block: int = 8) -> Tensor:
    """The label of each block of pixels: the winner of its mean scores, where both alphas let it be certain.

    Args:
        low: `(1 + K, H, W)` scores under the low alpha, 0 outside of the image.
        high: the same under the high alpha.
        block: side of a block, in pixels.

    Returns:
        `(H // block, W // block)` uint8: 0 where the background wins under the high alpha, else the winner `1..K` of
        the low alpha; 255 where that is the background (the alphas disagree), and outside of the image.

    Raises:
        InputError: the scores do not fit together.
    """
    if low.dim() != 3 or low.shape != high.shape or not 1 <= len(low) <= IGNORE:
        raise InputError(f'Scores of the shapes {tuple(low.shape)} and {tuple(high.shape)} do not fit together. Pass '
                         '(1 + K, H, W) twice.')
    low, high = (F.avg_pool2d(scores.float(), block) for scores in (low, high))
    label = low.argmax(dim=0)
    label[label == 0] = IGNORE
    label[high.argmax(dim=0) == 0] = 0
    label[(low < OUTSIDE).all(dim=0) & (high < OUTSIDE).all(dim=0)] = IGNORE
    return label.to(torch.uint8)


def check_alphas(low_alpha: float, high_alpha: float) -> None:
    """Check that the powers of the background are above 0 and in the right order.

    Raises:
        InputError: naming both.
    """
    if not 0 < low_alpha <= high_alpha < float('inf'):
        raise InputError(f'The alphas are {low_alpha} (strong background) and {high_alpha} (weak background). They '
                         'must be above 0, and the first must not be above the second.')
