"""Codebooks of visual words."""
import torch
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.losses.decorrelation import decorrelation_loss


@MODELS.register_module()
class LearnableCodebook(BaseModule):
    """Codewords that are parameters, learned from the losses of those who read them.

    A codebook is any module with `num_words`, `in_channels`, `forward() -> (K, C)` and
    `loss() -> dict`; register another one to build its words differently.

    Args:
        num_words: `K`.
        in_channels: `C`, channels of the features that are encoded.
        decorrelation: weight of the decorrelation loss on the codewords. 0 is the paper; the authors'
            second release (IJCV 2022) adds it with weight 1.
        init_cfg: MMEngine's initialisation config. Without it words are drawn from
            `N(0, 1 / C)`, so that they have unit length on average and point anywhere.
    """

    def __init__(self,
                 num_words: int,
                 in_channels: int,
                 decorrelation: float = 0.0,
                 init_cfg: dict | None = None) -> None:
        super().__init__(init_cfg)
        self.num_words = num_words
        self.in_channels = in_channels
        self.decorrelation = decorrelation
        self.words = nn.Parameter(torch.randn(num_words, in_channels) / in_channels**0.5)

    def forward(self) -> Tensor:
        """Return the codewords `(K, C)`."""
        return self.words

    def loss(self) -> dict[str, Tensor]:
        """Return what the codebook asks of itself: `loss_decorrelation`, or nothing."""
        if not self.decorrelation:
            return {}
        return dict(loss_decorrelation=self.decorrelation * decorrelation_loss(self.words))
