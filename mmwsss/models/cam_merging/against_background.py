"""The merging rule of SIPE."""
from collections.abc import Sequence

import torch
from mmseg.registry import TASK_UTILS
from torch import Tensor

from mmwsss.pseudo_labels.cam import EPS, sum_all


@TASK_UTILS.register_module()
class AgainstBackground:
    """:class:`SumAll` of class and background, then the share of the class in both.

    SIPE (Chen et al., CVPR 2022) lets the strongest of all classes and the background win. The share of a class is
    above 0.5 where it is stronger than the background, and classes keep their order, so `test_cfg.bg_thr=0.5` gives the
    same labels. A background of half its value, for the sure background of IR labels, is a threshold of 1/3.

    Attributes:
        own_size: as of :class:`SumAll`.
    """

    own_size = True

    def __call__(self, cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Merge maps `(M, K, 2, h_s, w_s)` >= 0 of classes and, second, of the background.

        Maps `(M, K, h_s, w_s)` stand for a background of 0, and only their sum counts.

        Args:
            cams: for each scale, as in :class:`MirrorMaxSum`.
            size: height and width of the result.

        Returns:
            `(K, *size)` in [0, 1).
        """
        if cams[0].dim() == 4:
            return sum_all(cams, size)
        classes, background = (sum_all([cam[:, :, index] for cam in cams], size) for index in range(2))
        return classes / (classes + background + EPS) if len(classes) else torch.zeros_like(classes)
