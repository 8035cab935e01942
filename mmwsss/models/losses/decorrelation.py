"""Decorrelation of codewords (the extended VWE, IJCV 2022)."""
import torch
from torch import Tensor

from mmwsss.utils.autocast import full_precision


def decorrelation_loss(words: Tensor) -> Tensor:
    """Penalise correlated codewords.

    With the scatter `S = W W^T` of the row-centred codewords `W`, the loss is `0.5 * (||S||_F - ||diag(S)||_2)`, which
    is 0 if no two words correlate.

    Args:
        words: `(K, C)`.

    Returns:
        A scalar >= 0.
    """
    with full_precision(words.device.type):  # the two norms are close
        centred = words - words.mean(dim=1, keepdim=True)
        scatter = centred @ centred.t()
        return 0.5 * (torch.linalg.norm(scatter) - torch.linalg.norm(scatter.diagonal()))
