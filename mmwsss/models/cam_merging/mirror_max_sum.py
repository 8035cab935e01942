"""The merging rule of the VWE paper."""
from collections.abc import Sequence

from mmseg.registry import TASK_UTILS
from torch import Tensor

from mmwsss.pseudo_labels.cam import mirror_max_sum


@TASK_UTILS.register_module()
class MirrorMaxSum:
    """Maximum of image and mirror image, then the sum over scales.

    A rule is any registered class with this `__call__`. One with a true attribute `all_classes` gets the maps of all
    classes, and those of the kept ones are taken from its result.
    """

    def __call__(self, cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Merge maps, see :func:`~mmwsss.pseudo_labels.cam.mirror_max_sum`.

        Args:
            cams: for each scale `(M, K, h_s, w_s)` >= 0, kept classes only: the maps of the image and, where
                `test_cfg.flip` is set, those of its mirror image, flipped back.
            size: height and width of the result.

        Returns:
            `(K, *size)` in [0, 1).
        """
        return mirror_max_sum(cams, size)
