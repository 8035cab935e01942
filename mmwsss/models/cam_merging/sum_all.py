"""The merging rule of AffinityNet (PSA)."""
from collections.abc import Sequence

from mmseg.registry import TASK_UTILS
from torch import Tensor

from mmwsss.pseudo_labels.cam import sum_all


@TASK_UTILS.register_module()
class SumAll:
    """Sum over scales, images and mirror images.

    Attributes:
        own_size: maps are merged at the image's own size, not at the next multiple of the stride.
    """

    own_size = True

    def __call__(self, cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Merge maps, arguments as in :class:`MirrorMaxSum`; see :func:`~mmwsss.pseudo_labels.cam.sum_all`."""
        return sum_all(cams, size)
