"""The loss that lets predictions follow the image's colours (SEC's constrain-to-boundary, DSRG's boundary loss)."""
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.utils.errors import InputError

from .cue_prediction import CuePrediction


def constrain_loss(probs: Tensor, log_q: Tensor, ratio: tuple[float, float] | None = None) -> Tensor:
    """Return `sum_c q log(q / p)`, averaged over cells and images.

    Kolesnikov, Lampert: Seed, Expand and Constrain (SEC), ECCV 2016, Eq. 6.

    Args:
        probs: `(N, C, h, w)` above 0.
        log_q: `(N, C, h, w)` logarithms of the probabilities after a DenseCRF.
        ratio: range that `q / p` is clipped to inside the logarithm, DSRG's (0.05, 20); the gradient outside is 0
            there. `None` for no range.

    Returns:
        A scalar.
    """
    q = log_q.exp()
    log_ratio = log_q - probs.log() if ratio is None else (q / probs).clamp(*ratio).log()
    return (q * log_ratio).sum(dim=1).mean()


@MODELS.register_module()
class ConstrainLoss(nn.Module):
    """See :func:`constrain_loss`. It needs the segmentor's `crf`.

    Args:
        ratio: `None` as in SEC, or DSRG's `(0.05, 20)`.
        loss_weight: factor of the loss.
        loss_name: its name in the log.

    Raises:
        InputError: `ratio` is not a range of positive numbers.
    """
    part_of = 'one of the losses of a CueEncoderDecoder'
    uses_crf = True

    def __init__(self, ratio: tuple[float, float] | None = None, loss_weight: float = 1.0,
                 loss_name: str = 'loss_constrain') -> None:
        super().__init__()
        if ratio is not None and not (len(ratio) == 2 and 0 < ratio[0] < ratio[1]):
            raise InputError(f'ConstrainLoss: ratio must be (low, high) with 0 < low < high, got {ratio}.')
        self.ratio = None if ratio is None else (float(ratio[0]), float(ratio[1]))
        self.loss_weight = loss_weight
        self.loss_name = loss_name

    def forward(self, prediction: CuePrediction) -> Tensor:
        """Compute the loss, a scalar.

        Raises:
            InputError: the prediction has no `log_q`.
        """
        if prediction.log_q is None:
            raise InputError('ConstrainLoss needs the probabilities after a DenseCRF. Set crf=dict() of the segmentor.')
        return self.loss_weight * constrain_loss(prediction.probs, prediction.log_q, self.ratio)
