"""Gated CRF loss: neighbours of similar colour should have the same class.

Obukhov et al.: Gated CRF Loss for Weakly Supervised Semantic Image Segmentation, arXiv 1906.04651, 2019. The energy of
a CRF with Gaussian kernels, cut off at a small radius, is itself a loss on the network's map.

The kernel of two pixels is symmetric, and it does not depend on the network. So its sum over a window is a linear
operator that is its own transpose, and all that is stored for the gradient is the kernel.
"""
from collections.abc import Mapping, Sequence
from typing import Any

import torch
import torch.nn.functional as F
from mmseg.registry import MODELS
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from mmwsss.utils.autocast import full_precision
from mmwsss.utils.errors import InputError

from .over_ranks import over_ranks


@MODELS.register_module()
class GatedCRFLoss(nn.Module):
    """The mean over pixels `i` of `sum_j k(i, j) * (1 - p_i . p_j)`, `j` in a square around `i`, without `i`.

    `k` is a weighted sum of Gaussians `exp(-d^2 / 2)` of position (in cells of the map) and colour. It is computed in
    float32, also under autocast, at the size of the logits; the image and the masks are reduced to it by area averages.

    Without a source mask, pixels outside of the map count as neighbours at position 0 with colour 0 and without a
    class, as in the authors' code. They add a constant: the gradient is that of a mask of ones.

    The number of cells is summed over all ranks, and each rank's sum is scaled so that the mean of the ranks' losses
    (and of their gradients) is that of one process with the whole batch.

    Args:
        radius: the square has `2 * radius + 1` cells a side; at least 1.
        kernels: of each Gaussian, `weight` and the widths of its features: `xy`, `rgb`, or both.
        loss_weight: factor of the loss; 0.1 in the authors' trainings.
        loss_name: its name in the log.

    Raises:
        InputError: a setting is out of its range.
    """
    part_of = 'the image_loss of an ImageLossEncoderDecoder'

    def __init__(self,
                 radius: int = 5,
                 kernels: Sequence[Mapping[str, float]] = (dict(weight=1.0, xy=6.0, rgb=0.1), ),
                 loss_weight: float = 0.1,
                 loss_name: str = 'loss_gated_crf') -> None:
        super().__init__()
        if not isinstance(radius, int) or isinstance(radius, bool) or radius < 1:
            raise InputError(f'GatedCRFLoss: radius={radius!r} must be an integer of at least 1.')
        for kernel in kernels:
            widths = {key: value for key, value in kernel.items() if key != 'weight'}
            if 'weight' not in kernel or not widths or set(widths) - {'xy', 'rgb'} or min(widths.values()) <= 0:
                raise InputError(f"GatedCRFLoss: the kernel {dict(kernel)} must have a weight and widths above 0 of "
                                 "'xy', 'rgb' or both.")
        if not kernels:
            raise InputError('GatedCRFLoss: kernels is empty. Give at least one, e.g. dict(weight=1.0, xy=6.0, '
                             'rgb=0.1).')
        self.radius = radius
        self.kernels = [dict(kernel) for kernel in kernels]
        self.loss_weight = loss_weight
        self.loss_name = loss_name

    def forward(self, logits: Tensor, image: Tensor, source: Tensor | None = None,
                destination: Tensor | None = None) -> Tensor:
        """Compute the loss as a scalar.

        Args:
            logits: `(N, C, h, w)`.
            image: `(N, 3, H, W)`, with `H >= h` and `W >= w`; the width `rgb` is in its units.
            source: `(N, 1, H, W)`, 1 where a pixel may be a neighbour `j`, else 0. A cell counts if all its pixels
                are 1.
            destination: the same for pixels `i`. The divisor is the number of destinations that count; without this
                mask that of sources; without both, of all cells; at least 1.

        Raises:
            InputError: shapes do not fit.
        """
        height, width = size = logits.shape[2], logits.shape[3]
        for name, given, channels in (('image', image, 3), ('source', source, 1), ('destination', destination, 1)):
            if given is None:
                continue
            if given.shape[:2] != (len(logits), channels) or given.shape[2] < height or given.shape[3] < width:
                raise InputError(f'GatedCRFLoss: {name} {tuple(given.shape)} does not fit logits '
                                 f'{tuple(logits.shape)}. It must be ({len(logits)}, {channels}, H, W), not smaller '
                                 'than the logits.')
        with full_precision(logits.device.type):
            probabilities = logits.float().softmax(dim=1)
            masks = [None if mask is None else (F.adaptive_avg_pool2d(mask.float(), size) == 1).float()
                     for mask in (source, destination)]
            kernel = self.kernel(F.adaptive_avg_pool2d(image.float(), size))
            neighbours, centres = masks
            window = _Window.apply
            own = probabilities if centres is None else centres * probabilities
            others = probabilities if neighbours is None else neighbours * probabilities
            total = kernel.sum(dim=(1, 2))[:, None] if neighbours is None else window(neighbours, kernel)
            total = total if centres is None else centres * total
            energy = total.sum() - (own * window(others, kernel)).sum()
            counted = centres if centres is not None else neighbours
            cells = energy.new_tensor(len(logits) * height * width) if counted is None else counted.sum()
            cells, ranks = over_ranks(cells)
            return self.loss_weight * ranks * energy / cells.clamp(min=1)

    @torch.no_grad()
    def kernel(self, image: Tensor) -> Tensor:
        """The kernel of each pixel `i` and the cells of its square.

        Args:
            image: `(N, 3, h, w)` at the size of the map.

        Returns:
            `(N, D, D, h, w)` with `D = 2 * radius + 1`, 0 at the pixel itself.
        """
        rows, columns = (torch.arange(length, device=image.device, dtype=image.dtype) for length in image.shape[2:])
        position = torch.stack(torch.meshgrid(rows, columns, indexing='ij'))[None].expand(len(image), -1, -1, -1)
        parts = dict(xy=position, rgb=image)
        total: Any = 0
        for kernel in self.kernels:
            features = torch.cat([parts[key] / kernel[key] for key in parts if key in kernel], dim=1)
            padded = F.pad(features, [self.radius] * 4)
            rows_of_squares = [((_row(padded, dy, self.radius) - features[..., None])**2).sum(dim=1)
                               for dy in range(2 * self.radius + 1)]  # (N, h, w, D) each
            total = total + kernel['weight'] * torch.stack(rows_of_squares, dim=1).mul_(-0.5).exp_()
        total = total.permute(0, 1, 4, 2, 3)
        total[:, self.radius, self.radius] = 0
        return total.contiguous()


class _Window(torch.autograd.Function):
    """Sums `(N, C, h, w)` of maps over squares, weighted by a symmetric kernel; outside of the map they are 0."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, kernel: Tensor) -> Tensor:
        ctx.save_for_backward(kernel)
        return _window_sum(maps, kernel)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        return _window_sum(gradient, ctx.saved_tensors[0]), None


def _window_sum(maps: Tensor, kernel: Tensor) -> Tensor:
    """One row of the squares at a time: a batch of small operators for each row instead of one of a huge tensor."""
    side = kernel.shape[1]
    radius = side // 2
    padded = F.pad(maps, [radius] * 4)
    result = torch.zeros_like(maps)
    for dy in range(side):
        row = _row(padded, dy, radius).permute(0, 1, 4, 2, 3)  # (N, C, D, h, w), a view
        result += (row * kernel[:, None, dy]).sum(dim=2)
    return result


def _row(padded: Tensor, dy: int, radius: int) -> Tensor:
    """The cells in row `dy` of each pixel's square: `(N, C, h, w, D)`, a view of the padded maps."""
    height = padded.shape[2] - 2 * radius
    return padded[:, :, dy:dy + height].unfold(3, 2 * radius + 1, 1)
