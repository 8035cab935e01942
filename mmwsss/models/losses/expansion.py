"""The expansion loss: how much of an image each class should fill (SEC).

Kolesnikov, Lampert: Seed, Expand and Constrain (SEC), ECCV 2016, section 3.2, Eq. 3 to 5.
"""
import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.necks.rank_pooling import weighted_rank_pooling
from mmwsss.utils.errors import InputError

from .cue_prediction import CuePrediction


def expansion_loss(probs: Tensor, labels: Tensor, present: float = 0.996, background: float = 0.999,
                   absent: float = 0.0) -> Tensor:
    """Return the three terms of the loss, each a mean over images.

    G is the weighted rank pooling of a class's probabilities with the decay of its kind. Present classes cost the mean
    of `-log G`, absent classes the mean of `-log(1 - G)`, the background `-log G`.

    Args:
        probs: `(N, C, h, w)` in (0, 1), class 0 is the background.
        labels: `(N, C)`, above 0 for classes of the image; the background's entry is not read.
        present, background, absent: decays, see :func:`weighted_rank_pooling`.

    Returns:
        `(3,)`: present, absent, background. An image without present (or absent) classes counts as 0 there.
    """
    maps, there = probs.flatten(2), (labels[:, 1:] > 0).to(probs.dtype)
    kept = -weighted_rank_pooling(maps[:, 1:], present).log()
    # A class that fills every cell would cost infinitely much, where rounding makes it 1.
    removed = -(1 - weighted_rank_pooling(maps[:, 1:], absent)).clamp(min=torch.finfo(probs.dtype).eps).log()
    means = [(cost * chosen).sum(dim=1) / chosen.sum(dim=1).clamp(min=1)
             for cost, chosen in ((kept, there), (removed, 1 - there))]
    return torch.stack([*means, -weighted_rank_pooling(maps[:, 0], background).log()]).mean(dim=1)


@MODELS.register_module()
class ExpansionLoss(nn.Module):
    """The sum of the terms of :func:`expansion_loss`.

    Args:
        present: decay of the image's classes.
        background: decay of the background.
        absent: decay of all other classes; 0 takes their maximum.
        loss_weight: factor of the loss.
        loss_name: its name in the log.

    Raises:
        InputError: a decay is not in [0, 1].
    """
    part_of = 'one of the losses of a CueEncoderDecoder'
    uses_crf = False

    def __init__(self, present: float = 0.996, background: float = 0.999, absent: float = 0.0,
                 loss_weight: float = 1.0, loss_name: str = 'loss_expand') -> None:
        super().__init__()
        self.decays = dict(present=present, background=background, absent=absent)
        for name, decay in self.decays.items():
            if not 0 <= decay <= 1:
                raise InputError(f'ExpansionLoss: {name} must be in [0, 1], got {decay}.')
        self.loss_weight = loss_weight
        self.loss_name = loss_name

    def forward(self, prediction: CuePrediction) -> Tensor:
        """Compute the loss, a scalar."""
        return self.loss_weight * expansion_loss(prediction.probs, prediction.labels, **self.decays).sum()
