"""The loss of boundaries on sparse labels.

Chen, Wu, Fu, Han, Zhang: Weakly Supervised Semantic Segmentation with Boundary Exploration (BES), ECCV 2020.
"""
import torch
from torch import Tensor

from mmwsss.pseudo_labels.boundary_label import BACKGROUND, BOUNDARY, OBJECT

from .over_ranks import over_ranks

LOWEST = 1e-4  # of a probability and of its complement


def boundary_loss(logits: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """Cross entropy of boundary probabilities, with a mean for each kind of pixel.

    With `p` the probability, kept in `[1e-4, 1 - 1e-4]`, pixels inside of the background or of an object cost
    `-log(1 - p)`, half the sum of their two means counts; pixels on a boundary cost `-sqrt(p) log(p)`, the root being
    a weight without gradient: boundaries that the network does not find at all are likely to be wrong labels.

    Each mean is a sum divided by the number of pixels plus 1. In a distributed run the numbers are summed over all
    ranks, and the mean of the ranks' losses is that of one process with the whole batch.

    Args:
        logits: `(N, h, w)`.
        labels: `(N, h, w)` integers: 0, 1 and 2 in this order, see
            :func:`~mmwsss.pseudo_labels.boundary_label.boundary_label`; other values are ignored.

    Returns:
        Scalars `loss_inner` and `loss_boundary`, 0 where there are no such pixels.
    """
    p = logits.float().sigmoid().clamp(LOWEST, 1 - LOWEST)
    kinds = torch.stack([labels == kind for kind in (BACKGROUND, OBJECT, BOUNDARY)])
    inner, boundary = -(1 - p).log(), -p.log() * p.detach().sqrt()
    sums = (torch.stack([inner, inner, boundary]) * kinds).sum(dim=(1, 2, 3))
    counts, ranks = over_ranks(kinds.sum(dim=(1, 2, 3)).to(sums.dtype))
    background, in_object, on_boundary = (ranks * sums / (counts + 1)).unbind()
    return dict(loss_inner=(background + in_object) / 2, loss_boundary=on_boundary)
