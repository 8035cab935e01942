"""Pixel cross entropy, averaged over the whole batch of all processes."""
import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.utils.errors import InputError

from .over_ranks import over_ranks


@MODELS.register_module()
class PixelCrossEntropyLoss(nn.Module):
    """The mean cross entropy of labelled pixels, usable as `loss_decode` of any MMSeg decode head.

    MMSeg's `CrossEntropyLoss(avg_non_ignore=True)` averages on each rank separately, so a pixel weighs more on a rank
    with many ignored pixels. Here the number of pixels is summed over ranks, so the result equals that of one process
    with the whole batch.

    Args:
        use_sigmoid: must be `False`; it exists so that this loss can replace MMSeg's in a config.
        loss_weight: factor of the loss.
        loss_name: its name in the log.

    Raises:
        InputError: `use_sigmoid` is `True`.
    """

    def __init__(self, use_sigmoid: bool = False, loss_weight: float = 1.0, loss_name: str = 'loss_ce') -> None:
        super().__init__()
        if use_sigmoid:
            raise InputError(f"{type(self).__name__} uses a softmax. Remove use_sigmoid, or use MMSeg's "
                             'CrossEntropyLoss.')
        self.loss_weight = loss_weight
        self.loss_name = loss_name

    def kinds(self, label: Tensor, ignore_index: int) -> list[Tensor]:
        """Masks `(N, H, W)` of the groups of pixels that are averaged separately."""
        return [label != ignore_index]

    def uniform_share(self, num_classes: int) -> float:
        """The share of the target that is spread over all classes, PyTorch's `label_smoothing`."""
        return 0.0

    def forward(self, cls_score: Tensor, label: Tensor, weight: Tensor | None = None,
                ignore_index: int = 255, reduction_override: str | None = None) -> Tensor:
        """Compute the loss as a scalar, or per pixel.

        Args:
            cls_score: `(N, C, H, W)` logits.
            label: `(N, H, W)` in `0..C-1` (0 is the background), or `ignore_index`.
            weight: `(N, H, W)` weight of each pixel's loss, from the head's sampler.
            ignore_index: label of pixels to skip. A group without pixels counts as 0.
            reduction_override: `'none'` returns the loss per pixel `(N, H, W)`, which MMSeg's samplers need.

        Raises:
            InputError: `reduction_override` is unknown.
        """
        cls_score = cls_score.to(torch.promote_types(cls_score.dtype, torch.float32))  # float16 counts to 65504
        losses = F.cross_entropy(cls_score, label, reduction='none', ignore_index=ignore_index,
                                 label_smoothing=self.uniform_share(cls_score.shape[1]))
        if weight is not None:
            losses = losses * weight
        if reduction_override == 'none':
            return self.loss_weight * losses
        if reduction_override not in (None, 'mean'):
            raise InputError(f"{type(self).__name__}: reduction_override must be 'none' or 'mean', got "
                             f'{reduction_override!r}.')
        kinds = torch.stack(self.kinds(label, ignore_index))
        counts, ranks = over_ranks(kinds.sum(dim=(1, 2, 3)).to(losses.dtype))
        means = (losses * kinds).sum(dim=(1, 2, 3)) / counts.clamp(min=1)
        return self.loss_weight * ranks * means.mean()


@MODELS.register_module()
class BalancedCrossEntropyLoss(PixelCrossEntropyLoss):
    """Half the mean cross entropy of background pixels plus half that of foreground pixels.

    Pseudo labels contain far more background than objects; separate means give both the same weight.

    Args:
        use_sigmoid, loss_weight, loss_name: see :class:`PixelCrossEntropyLoss`.
    """

    def __init__(self, use_sigmoid: bool = False, loss_weight: float = 1.0,
                 loss_name: str = 'loss_balanced_ce') -> None:
        super().__init__(use_sigmoid, loss_weight, loss_name)

    def kinds(self, label: Tensor, ignore_index: int) -> list[Tensor]:
        """Masks `(N, H, W)` of background and of foreground."""
        labelled = label != ignore_index
        return [labelled & (label == 0), labelled & (label != 0)]


@MODELS.register_module()
class SmoothedCrossEntropyLoss(BalancedCrossEntropyLoss):
    """:class:`BalancedCrossEntropyLoss` with smoothed labels, AMN's loss.

    Lee, Kim, Shim: Threshold Matters in WSSS: Manipulating the Activation for the Robust and Accurate Segmentation
    Model Against Thresholds (AMN), CVPR 2022, section 3.2. A pixel's target is `1 - smoothing` for its label and
    `smoothing / (C - 1)` for each other class, so activations do not grow towards 1 on the discriminative parts alone.

    Args:
        smoothing: share of the other classes, in [0, 1).
        use_sigmoid, loss_weight, loss_name: see :class:`PixelCrossEntropyLoss`.

    Raises:
        InputError: `smoothing` is out of its range.
    """

    def __init__(self, smoothing: float = 0.4, use_sigmoid: bool = False, loss_weight: float = 1.0,
                 loss_name: str = 'loss_smoothed_ce') -> None:
        if not 0 <= smoothing < 1:
            raise InputError(f'SmoothedCrossEntropyLoss: smoothing={smoothing} must be in [0, 1).')
        super().__init__(use_sigmoid, loss_weight, loss_name)
        self.smoothing = smoothing

    def uniform_share(self, num_classes: int) -> float:
        """PyTorch spreads its share over all `C` classes, the label included.

        Raises:
            InputError: `smoothing` is larger than the share of a uniform target, `1 - 1 / C`.
        """
        if self.smoothing * num_classes > num_classes - 1:
            raise InputError(f'SmoothedCrossEntropyLoss: with {num_classes} classes, smoothing={self.smoothing} gives '
                             f'the label less than the others. It must be at most {1 - 1 / num_classes:.2f}.')
        return self.smoothing * num_classes / (num_classes - 1)
