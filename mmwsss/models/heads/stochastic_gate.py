"""The stochastic gate of 1-Stage, which mixes deep and shallow features."""
import torch
from torch import Tensor, nn

from mmwsss.utils.errors import InputError


def stochastic_gate(deep: Tensor, shallow: Tensor, rate: float = 0.3, keep: Tensor | None = None) -> Tensor:
    """Replace elements of deep features by shallow ones at random, so that both learn to carry the classes.

    Araslanov, Roth: Single-Stage Semantic Segmentation from Image Labels, CVPR 2020, section 3.5. With probability
    `1 - rate` an element is `(deep - rate * shallow) / (1 - rate)`, else `shallow`. The expectation is `deep`.

    Args:
        deep: of any shape.
        shallow: in the shape of `deep`.
        rate: probability of shallow elements, the paper's psi, in [0, 1).
        keep: bool, which elements are deep; drawn if it is None.
    """
    if keep is None:
        keep = torch.rand_like(deep, dtype=torch.float32) >= rate
    return torch.where(keep, (deep - rate * shallow) / (1 - rate), shallow)


class StochasticGate(nn.Module):
    """:func:`stochastic_gate` in training, `(1 - rate) * deep + rate * shallow` in tests.

    Args:
        rate: probability of shallow elements, in [0, 1).

    Raises:
        InputError: `rate` is out of range.
    """

    def __init__(self, rate: float = 0.3) -> None:
        super().__init__()
        if not 0 <= rate < 1:
            raise InputError(f'StochasticGate: rate={rate} must be in [0, 1).')
        self.rate = rate

    def forward(self, deep: Tensor, shallow: Tensor) -> Tensor:
        """Mix two tensors of one shape."""
        if self.training:
            return stochastic_gate(deep, shallow, self.rate)
        return (1 - self.rate) * deep + self.rate * shallow
