"""The merging rule of SEAM."""
from collections.abc import Sequence

import torch
import torch.nn.functional as F
from mmseg.registry import TASK_UTILS
from torch import Tensor

from mmwsss.pseudo_labels.cam import EPS


@TASK_UTILS.register_module()
class SumMinMax:
    """Sum over scales, images and mirror images; then each map from its minimum to its maximum.

    Wang et al.: Self-supervised Equivariant Attention Mechanism for Weakly Supervised Semantic Segmentation, CVPR 2020.

    Args:
        negative_minimum: as in the release, set pixels up to the minimum + 1e-5 to 0 *before* the minimum is
            subtracted. They end at `-min / (max - min)`, which may be below -1, while pixels just above end at 0. The
            strongest class and the background do not change by it; means and images do. False ends them at 0.
    """

    def __init__(self, negative_minimum: bool = True) -> None:
        self.negative_minimum = negative_minimum

    def __call__(self, cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Merge maps, arguments as in :class:`MirrorMaxSum`.

        Returns:
            `(K, *size)` below 1, and at least 0 without `negative_minimum`.
        """
        total = cams[0].new_zeros((cams[0].shape[1], *size))
        if not len(total):
            return total
        for cam in cams:
            total += F.interpolate(cam.sum(dim=0, keepdim=True), size=tuple(size), mode='bilinear',
                                   align_corners=False)[0]
        total = total.clamp(min=0)
        lowest, highest = total.amin(dim=(1, 2), keepdim=True), total.amax(dim=(1, 2), keepdim=True)
        total = torch.where(total < lowest + EPS, torch.zeros_like(total), total)
        merged = (total - lowest - EPS) / (highest - lowest + EPS)
        return merged if self.negative_minimum else merged.clamp(min=0)
