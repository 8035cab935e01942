"""Cross entropy at the cells that are known to belong to a class (SEC, DSRG).

Both losses are means over images, so the ranks' mean is that of one process with the whole batch.
"""
import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from .cue_prediction import CuePrediction


def seed_loss(probs: Tensor, seeds: Tensor) -> Tensor:
    """Return the mean of `-log p` over all seeds of an image, background and objects together, averaged over images.

    Kolesnikov, Lampert: Seed, Expand and Constrain (SEC), ECCV 2016, Eq. 2.

    Args:
        probs: `(N, C, h, w)` above 0.
        seeds: `(N, C, h, w)`, above 0 at seeds. A cell may belong to several classes. An image without seeds counts as
            0; the released code divides by 0.

    Returns:
        A scalar.
    """
    known = (seeds > 0).to(probs.dtype)
    return (_sums(probs, known) / known.sum(dim=(1, 2, 3)).clamp(min=1)).mean()


def balanced_seed_loss(probs: Tensor, seeds: Tensor) -> Tensor:
    """`seed_loss` with separate means for background and objects, which are added.

    Huang et al.: DSRG, CVPR 2018, Eq. 2.

    Args:
        probs, seeds: see :func:`seed_loss`; a kind without seeds counts as 0.

    Returns:
        A scalar.
    """
    known = (seeds > 0).to(probs.dtype)
    kinds = [slice(0, 1), slice(1, None)]
    return torch.stack([_sums(probs[:, kind], known[:, kind]) / known[:, kind].sum(dim=(1, 2, 3)).clamp(min=1e-4)
                        for kind in kinds]).sum(dim=0).mean()


def _sums(probs: Tensor, known: Tensor) -> Tensor:
    return -(known * probs.log()).sum(dim=(1, 2, 3))


@MODELS.register_module()
class SeedLoss(nn.Module):
    """See :func:`seed_loss`.

    Args:
        loss_weight: factor of the loss.
        loss_name: its name in the log.
    """
    part_of = 'one of the losses of a CueEncoderDecoder'
    uses_crf = False

    def __init__(self, loss_weight: float = 1.0, loss_name: str = 'loss_seed') -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.loss_name = loss_name

    def forward(self, prediction: CuePrediction) -> Tensor:
        """Compute the loss, a scalar."""
        return self.loss_weight * seed_loss(prediction.probs, prediction.seeds)


@MODELS.register_module()
class BalancedSeedLoss(SeedLoss):
    """See :func:`balanced_seed_loss`; arguments as in `SeedLoss`."""

    def forward(self, prediction: CuePrediction) -> Tensor:
        """Compute the loss, a scalar."""
        return self.loss_weight * balanced_seed_loss(prediction.probs, prediction.seeds)
