"""Global weighted rank pooling (SEC)."""
import torch
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.utils.errors import InputError


def weighted_rank_pooling(values: Tensor, decay: float) -> Tensor:
    """Average values with weights that fall with their rank.

    Kolesnikov, Lampert: Seed, Expand and Constrain (SEC), ECCV 2016, section 3.2. The k-th largest of n values has the
    weight `decay**k`, and the weights are divided by their sum.

    Args:
        values: `(..., n)`, n >= 1.
        decay: in [0, 1]. 0 is the maximum, 1 is the mean.

    Returns:
        `(...)`, of the same type.
    """
    if decay == 0:
        return values.amax(dim=-1)
    ranks = torch.arange(values.shape[-1], device=values.device, dtype=torch.float32)
    weights = decay**ranks
    weights = weights / weights.sum()
    return (values.sort(dim=-1, descending=True).values * weights.to(values.dtype)).sum(dim=-1)


@MODELS.register_module()
class WeightedRankPooling(nn.Module):
    """Neck for :func:`weighted_rank_pooling`: `(N, C, H, W) -> (N, C)`, also for tuples.

    Args:
        decay: in [0, 1]; 0.996 as SEC uses it for classes of the image, where half of the weight is on the highest
            tenth of 1681 cells.

    Raises:
        InputError: `decay` is out of range.
    """
    part_of = 'the neck of a classifier (CAMClassifier, ImageClassifier)'

    def __init__(self, decay: float = 0.996) -> None:
        super().__init__()
        if not 0 <= decay <= 1:
            raise InputError(f'WeightedRankPooling: decay must be in [0, 1], got {decay}.')
        self.decay = decay

    def forward(self, inputs: Tensor | tuple[Tensor, ...]) -> Tensor | tuple[Tensor, ...]:
        """Pool `(N, C, H, W)` (or each of a tuple) to `(N, C)`."""
        if isinstance(inputs, tuple | list):
            return tuple(weighted_rank_pooling(feat.flatten(2), self.decay) for feat in inputs)
        return weighted_rank_pooling(inputs.flatten(2), self.decay)

    def extra_repr(self) -> str:
        """The settings, for `print(model)`."""
        return f'decay={self.decay}'
