"""Normalised global weighted pooling with a focal penalty (1-Stage).

Araslanov, Roth: Single-Stage Semantic Segmentation from Image Labels, CVPR 2020, sections 3.2 and 3.3.
"""
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.utils.autocast import full_precision
from mmwsss.utils.errors import InputError


def focal_penalty(size: Tensor, power: float = 3.0, offset: float = 0.01) -> Tensor:
    """Penalty of small masks, `(1 - size)^power * log(offset + size)`; it is added to a score.

    Args:
        size: mean probability of a class in an image, in [0, 1], any shape.
        power: the larger, the less a medium mask is punished.
        offset: bounds the penalty of an empty mask, `log(offset)`; above 0.

    Returns:
        At most about 0, in the shape of `size`.
    """
    return (1 - size)**power * (offset + size).log()


def ngwp(logits: Tensor, probs: Tensor) -> Tensor:
    """Average logits with the class's own probabilities as weights, `sum(m x) / (1 + sum(m))`.

    The 1 makes the score of a class without pixels 0.

    Args:
        logits: `(N, C, H, W)`.
        probs: `(N, C, H, W)`, the softmax over the classes, with the background among them.

    Returns:
        `(N, C)`.
    """
    return (probs * logits).sum(dim=(2, 3)) / (1 + probs.sum(dim=(2, 3)))


def with_background(scores: Tensor, logit: float = 1.0) -> Tensor:
    """Put the constant logit of the background in front of class scores: `(N, L, H, W) -> (N, 1 + L, H, W)`."""
    return F.pad(scores, (0, 0, 0, 0, 1, 0), value=logit)


def class_scores(logits: Tensor, power: float = 3.0, offset: float = 0.01) -> Tensor:
    """Scores of the classes of images: nGWP plus the focal penalty.

    Args:
        logits: `(N, 1 + L, H, W)`, the background first.
        power: of the penalty, see :func:`focal_penalty`.
        offset: of the penalty.

    Returns:
        `(N, L)` in at least float32, without the background.
    """
    with full_precision(logits.device.type):
        logits = logits.to(torch.promote_types(logits.dtype, torch.float32))
        probs = logits.softmax(dim=1)
        return (ngwp(logits, probs) + focal_penalty(probs.mean(dim=(2, 3)), power, offset))[:, 1:]


@MODELS.register_module()
class NGWP(nn.Module):
    """Neck that pools class scores: `(N, L, H, W) -> (N, L)`, also for tuples; see :func:`class_scores`.

    Classes compete in each pixel, with each other and with a background of constant logit. So it pools maps of
    classes, as `NGWPHead` uses it; as the neck of another head it would let feature channels compete.

    Args:
        power: of the focal penalty, see :func:`focal_penalty`.
        offset: of the penalty, above 0.
        bg_logit: logit of the background in every pixel.

    Raises:
        InputError: a setting is out of range.
    """
    part_of = 'the neck of a classifier (CAMClassifier, ImageClassifier)'

    def __init__(self, power: float = 3.0, offset: float = 0.01, bg_logit: float = 1.0) -> None:
        super().__init__()
        check_focal(type(self).__name__, power, offset)
        self.power, self.offset, self.bg_logit = power, offset, bg_logit

    def forward(self, inputs: Tensor | tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
        """Pool `(N, L, H, W)` (or each of a tuple) to `(N, L)`."""
        if isinstance(inputs, tuple | list):
            return tuple(self.pool(scores) for scores in inputs)
        return self.pool(inputs)

    def pool(self, scores: Tensor) -> Tensor:
        """Pool `(N, L, H, W)` to `(N, L)` of the same type."""
        return class_scores(with_background(scores, self.bg_logit), self.power, self.offset).to(scores.dtype)


def check_focal(name: str, power: float, offset: float) -> None:
    """Check the settings of :func:`focal_penalty`.

    Raises:
        InputError: one is out of range.
    """
    if not power >= 0 or not offset > 0:
        raise InputError(f'{name}: the focal penalty needs power >= 0 and offset > 0, got power={power} and '
                         f'offset={offset}.')
