"""The loss of 1-Stage on its own pseudo masks."""
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.pseudo_labels.pseudo_mask import IGNORED
from mmwsss.utils.autocast import full_precision

from .pixel_cross_entropy import PixelCrossEntropyLoss


def pseudo_mask_loss(logits: Tensor, target: Tensor, labels: Tensor) -> Tensor:
    """Cross entropy of each image, its classes balanced by their numbers of pixels.

    Araslanov, Roth: Single-Stage Semantic Segmentation from Image Labels, CVPR 2020, section 3.3, as in the release:
    with `n` kept pixels, `n_c` of them of class c, a pixel of c has the weight `(n - n_c) / (1 + n)`. The mean is over
    all pixels; ignored ones count as 0. An image counts as 0 unless the number of classes with pixels is the number of
    its labels plus 1, for the background.

    Args:
        logits: `(N, C, h, w)`, resized bilinearly with aligned corners.
        target: `(N, H, W)` int64 in `0..C-1`, or 255.
        labels: `(N, C - 1)` multi-hot.

    Returns:
        `(N, )`.
    """
    with full_precision(logits.device.type):
        logits = F.interpolate(logits.float(), size=target.shape[1:], mode='bilinear', align_corners=True)
        losses = F.cross_entropy(logits, target, reduction='none', ignore_index=IGNORED).flatten(1)
        pixels = target.flatten(1)
        counts = losses.new_zeros(len(target), IGNORED + 1).scatter_add_(1, pixels, torch.ones_like(losses.detach()))
        kept = counts[:, :IGNORED].sum(dim=1, keepdim=True)
        weights = ((kept - counts) / (1 + kept)).gather(1, pixels)
        found = (counts[:, :IGNORED] > 0).sum(dim=1)
        complete = found == (labels > 0.5).sum(dim=1) + 1
        return complete * (weights * losses).mean(dim=1)


@MODELS.register_module()
class PseudoMaskLoss(nn.Module):
    """The mean of :func:`pseudo_mask_loss` over images.

    Args:
        balanced: False for the mean cross entropy of all kept pixels of the batch, see `PixelCrossEntropyLoss`; the
            release holds it as well.
        loss_weight: factor of the loss.
    """

    def __init__(self, balanced: bool = True, loss_weight: float = 1.0) -> None:
        super().__init__()
        self.balanced = balanced
        self.loss_weight = loss_weight
        self.plain = PixelCrossEntropyLoss()

    def forward(self, logits: Tensor, target: Tensor, labels: Tensor) -> Tensor:
        """Return the loss as a scalar; the arguments are those of :func:`pseudo_mask_loss`."""
        if self.balanced:
            return self.loss_weight * pseudo_mask_loss(logits, target, labels).mean()
        with full_precision(logits.device.type):
            large = F.interpolate(logits.float(), size=target.shape[1:], mode='bilinear', align_corners=True)
            return self.loss_weight * self.plain(large, target)
