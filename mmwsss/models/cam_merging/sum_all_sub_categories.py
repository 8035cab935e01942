"""The merging rule of SC-CAM's sub-categories."""
from collections.abc import Sequence

from mmseg.registry import TASK_UTILS
from torch import Tensor

from mmwsss.pseudo_labels.sub_categories import sum_of_sub_categories


@TASK_UTILS.register_module()
class SumAllSubCategories:
    """:class:`SumAll` for several maps a class: their maximum, after a division by the largest value of all of them.

    For a head that returns the maps of sub-categories, e.g. `SubCategoryHead(cam_from='sub_categories')`.
    """

    def __call__(self, cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Merge maps `(M, K, S, h_s, w_s)`; see :func:`~mmwsss.pseudo_labels.sub_categories.sum_of_sub_categories`."""
        return sum_of_sub_categories(cams, size)
