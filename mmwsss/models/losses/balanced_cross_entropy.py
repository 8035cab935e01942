"""Cross entropy in which background and foreground weigh the same."""
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn


@MODELS.register_module()
class BalancedCrossEntropyLoss(nn.Module):
    """Half the mean cross entropy of background pixels plus half that of foreground pixels.

    Pseudo labels hold far more background than objects; averaged apart, neither drowns the other. As `loss_decode`
    of any decode head of MMSeg. In distributed training each rank averages over its own pixels.

    Args:
        loss_weight: factor of the loss.
        loss_name: its name in the log.
    """

    def __init__(self, loss_weight: float = 1.0, loss_name: str = 'loss_balanced_ce') -> None:
        super().__init__()
        self.loss_weight = loss_weight
        self.loss_name = loss_name

    def forward(self, cls_score: Tensor, label: Tensor, weight: Tensor | None = None,
                ignore_index: int = 255) -> Tensor:
        """The loss, a scalar.

        Args:
            cls_score: `(N, C, H, W)` logits.
            label: `(N, H, W)` in `0..C-1`, 0 the background, or `ignore_index`.
            weight: `(N, H, W)` of each pixel's loss, from the head's sampler.
            ignore_index: label of pixels that are left out. A kind without any pixel counts as 0.
        """
        losses = F.cross_entropy(cls_score, label, reduction='none', ignore_index=ignore_index)
        if weight is not None:
            losses = losses * weight
        background = label == 0
        foreground = ~background & (label != ignore_index)
        parts = [(losses * kind).sum() / kind.sum().clamp(min=1) for kind in (background, foreground)]
        return self.loss_weight * sum(parts) / 2
