"""The merging rule of SIPE."""
from collections.abc import Sequence

from mmseg.registry import TASK_UTILS
from torch import Tensor

from mmwsss.pseudo_labels.cam import against_background, sum_all


@TASK_UTILS.register_module()
class AgainstBackground:
    """:class:`SumAll` of class and background, then :func:`~mmwsss.pseudo_labels.cam.against_background`.

    SIPE (Chen et al., CVPR 2022) lets the strongest of all classes and the background win; `test_cfg.bg_thr=0.5` gives
    the same labels. A background of half its value, for the sure background of IR labels, is a threshold of 1/3.
    """

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
        return against_background(*(sum_all([cam[:, :, index] for cam in cams], size) for index in range(2)))
