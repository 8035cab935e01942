"""Codebooks of visual words."""
import torch
from mmengine.model import BaseModule
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.models.losses.decorrelation import decorrelation_loss


@MODELS.register_module()
class LearnableCodebook(BaseModule):
    """Codewords as parameters, learned from the losses that use them.

    A codebook is any module with `num_words`, `in_channels`, `forward() -> (K, C)` and `loss() -> dict`; to build
    words in another way, register another one.

    Args:
        num_words: `K`.
        in_channels: `C`, channels of the encoded features.
        decorrelation: weight of the decorrelation loss on the codewords: 0 in the paper, 1 in the authors' second
            release (IJCV 2022).
        init_cfg: MMEngine's initialisation config. By default words are drawn from `N(0, 1 / C)`: random directions,
            unit length on average.
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
        """Return the codebook's own losses: `loss_decorrelation`, or nothing."""
        if not self.decorrelation:
            return {}
        return dict(loss_decorrelation=self.decorrelation * decorrelation_loss(self.words))
