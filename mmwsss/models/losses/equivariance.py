"""SEAM's losses: class activation maps of an image and of its reduced copy should agree.

Wang, Zhang, Kan, Shan, Chen: Self-supervised Equivariant Attention Mechanism for Weakly Supervised Semantic
Segmentation, CVPR 2020, section 3.4. Maps have at least float32 precision. Every loss is a mean over images.
"""
import torch
import torch.nn.functional as F
from torch import Tensor

EPS = 1e-5


def keep_winner(classes: Tensor) -> Tensor:
    """Add the background to class maps, and set every class but the strongest of its pixel to 0.

    Args:
        classes: `(N, L, h, w)` in [0, 1].

    Returns:
        `(N, L + 1, h, w)`; the background, 1 minus the strongest class, comes first.
    """
    best = classes.amax(dim=1, keepdim=True)
    return torch.cat([1 - best, classes * (classes >= best)], dim=1)


def normalize_range(maps: Tensor) -> Tensor:
    """Map each channel of each image to [0, 1), from its minimum to its maximum after ReLU.

    Gradients also pass through minimum and maximum.

    Args:
        maps: `(N, C, h, w)`.

    Returns:
        `relu(x - min - 1e-5) / (max - min + 1e-5)` with `x = relu(maps)`, `(N, C, h, w)`.
    """
    maps = F.relu(maps)
    flat = maps.flatten(2)
    lowest, highest = (value[..., None, None] for value in (flat.min(dim=2).values, flat.max(dim=2).values))
    return F.relu(maps - lowest - EPS) / (highest - lowest + EPS)


def equivariance_loss(first: Tensor, second: Tensor) -> Tensor:
    """ER, Eq. 5: the mean difference of two class maps `(N, L, h, w)`; classes that are absent in both count."""
    return (first - second).abs().mean()


def cross_regularization_loss(cam: Tensor, revised: Tensor, mined_channels: int | None = 21,
                              ratio: float = 0.2) -> Tensor:
    """ECR, Eq. 7: revised maps of one view should be the CAM of the other. The largest differences count.

    Args:
        cam: `(N, L, h, w)` normalised class maps of one view. Their :func:`keep_winner` is the target, detached.
        revised: `(N, L + 1, h, w)` normalised revised maps of the other view, the background first.
        mined_channels: the number of maps that `ratio` refers to; None for `L + 1`. The sum of the
            `k = mined_channels * h * w * ratio` largest differences of an image is divided by `k`. If there are fewer
            differences than `k`, all count, and `k` still divides.
        ratio: in (0, 1].

    Returns:
        A scalar >= 0.
    """
    difference = (keep_winner(cam.detach()) - revised).abs().flatten(1)
    maps, height, width = revised.shape[1:]
    count = max(int((mined_channels or maps) * height * width * ratio), 1)
    if count < difference.shape[1]:
        difference = difference.topk(count, dim=1, sorted=False).values
    return difference.sum(dim=1).mean() / count


def lowest_quarter_loss(classes: Tensor) -> Tensor:
    """Return the mean of the lowest quarter of an image's pixels, each with its strongest class.

    The release calls it adaptive min pooling; the paper does not have it. It keeps a part of each image empty.

    Args:
        classes: `(N, L, H, W)` class maps, 0 for absent classes.
    """
    best = classes.amax(dim=1).flatten(1)
    count = max(best.shape[1] // 4, 1)
    return F.relu(best.topk(count, dim=1, largest=False, sorted=False).values).mean()
