"""A DenseCRF inside a training step, on the device of the network (SEC, DSRG)."""
from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn

from mmwsss.pseudo_labels.mean_field import check_backend, mean_field
from mmwsss.utils.autocast import full_precision
from mmwsss.utils.errors import InputError

from .cue_prediction import FLOOR, renormalized

ENERGIES = ('scores', 'probs')
LARGEST = 1e4  # of a score: mixed precision may overflow in a step that is then skipped


def shrink_images(images: Tensor, size: Sequence[int]) -> Tensor:
    """Shrink images by corner-aligned bilinear interpolation without smoothing, rounded.

    Args:
        images: `(N, 3, H, W)` in 0..255.
        size: height and width of the result.

    Returns:
        `(N, 3, *size)` uint8.
    """
    return F.interpolate(images.float(), size=tuple(size), mode='bilinear', align_corners=True).round().clamp(
        0, 255).byte()


@MODELS.register_module()
class CRFLayer(nn.Module):
    """Refine a batch of predictions by a DenseCRF, in float32.

    SEC's energies are minus the scores. DSRG's are minus the probabilities, in [-1, 0]: neither minus their logarithms
    nor the scores, and much weaker. The widths are the usual ones divided by 12, for maps of 41 x 41 cells.

    Args:
        energies: 'scores' (SEC) or 'probs' (DSRG).
        gradient: whether gradients pass, as in DSRG's release: that of the energies' source is `(1 - q)` times that of
            `log q`. SEC has none.
        gaussian: width of the smoothness kernel in cells, and its weight.
        bilateral: widths of the appearance kernel in cells and in colour (steps of 256), and its weight.
        steps: mean-field iterations.
        backend: 'torch' runs on the device of the network; 'auto' and 'pydensecrf' see :func:`mean_field`.

    Raises:
        InputError: `energies` or `backend` is unknown.
    """

    def __init__(self, energies: str = 'scores', gradient: bool = False, gaussian: tuple[float, float] = (3 / 12, 3),
                 bilateral: tuple[float, float, float] = (80 / 12, 13, 10), steps: int = 10,
                 backend: str = 'torch') -> None:
        super().__init__()
        if energies not in ENERGIES:
            raise InputError(f"CRFLayer: energies must be 'scores' or 'probs', got {energies!r}.")
        check_backend(backend)
        self.energies = energies
        self.gradient = gradient
        self.settings: dict[str, Any] = dict(gaussian=tuple(gaussian), bilateral=tuple(bilateral), steps=steps,
                                             backend=backend)

    def forward(self, images: Tensor, scores: Tensor, probs: Tensor) -> Tensor:
        """Return the logarithms of refined probabilities.

        Args:
            images: `(N, 3, h, w)` uint8, see :func:`shrink_images`. The order of the colours changes the result by
                rounding only.
            scores: `(N, C, h, w)`.
            probs: `(N, C, h, w)`, see :func:`floored_softmax`.

        Returns:
            `(N, C, h, w)` float32; probabilities are at least 1e-4 before they are divided by their sum.
        """
        source = scores if self.energies == 'scores' else probs
        with full_precision(source.device.type):
            finite = source.detach().float().nan_to_num(0).clamp(-LARGEST, LARGEST)
            log_q = renormalized(mean_field(images, -finite, **self.settings).clamp(min=FLOOR)).log()
        return _PassOn.apply(source, log_q) if self.gradient else log_q


class _PassOn(torch.autograd.Function):
    """The released gradient of the layer."""

    @staticmethod
    def forward(ctx: Any, source: Tensor, log_q: Tensor) -> Tensor:
        ctx.save_for_backward(log_q)
        ctx.dtype = source.dtype
        return log_q.clone()

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None]:  # type: ignore[override]
        log_q, = ctx.saved_tensors
        return ((1 - log_q.exp()) * grad).to(ctx.dtype), None
