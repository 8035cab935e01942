"""What the losses of a segmentor that learns from cues see."""
from dataclasses import dataclass

from torch import Tensor

FLOOR = 1e-4


@dataclass(frozen=True)
class CuePrediction:
    """A batch of predictions with what is known of its images; class 0 is the background.

    Attributes:
        probs: `(N, C, h, w)` float32, see :func:`floored_softmax`.
        labels: `(N, C)`, above 0 for classes of the image. Losses treat the background as present, whatever it says.
        seeds: `(N, C, h, w)`, above 0 where a cell is known to belong to a class: cues, or what grew from them.
        log_q: `(N, C, h, w)` logarithms of the probabilities after a DenseCRF; `None` without one.
    """
    probs: Tensor
    labels: Tensor
    seeds: Tensor
    log_q: Tensor | None = None


def floored_softmax(scores: Tensor) -> Tensor:
    """Softmax that is never 0: 1e-4 is added to each probability, and they are divided by their new sum.

    Args:
        scores: `(N, C, h, w)`.

    Returns:
        `(N, C, h, w)`.
    """
    return renormalized(scores.softmax(dim=1) + FLOOR)


def renormalized(probs: Tensor) -> Tensor:
    """Divide `(N, C, ...)` by its sum over the classes."""
    return probs / probs.sum(dim=1, keepdim=True)
