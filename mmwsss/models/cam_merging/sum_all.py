"""The merging rule of AffinityNet (PSA)."""
from collections.abc import Sequence

from mmseg.registry import TASK_UTILS
from torch import Tensor

from mmwsss.pseudo_labels.cam import sum_all
from mmwsss.utils.errors import InputError


@TASK_UTILS.register_module()
class SumAll:
    """Sum over scales, images and mirror images.

    Args:
        power: of the maps before the sum: 0.5, their square root, for the authors' VGG16.

    Raises:
        InputError: `power` is not above 0.
    """

    def __init__(self, power: float = 1.0) -> None:
        if power <= 0:
            raise InputError(f'SumAll: power must be above 0, got {power}.')
        self.power = power

    def __call__(self, cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
        """Merge maps, arguments as in :class:`MirrorMaxSum`; see :func:`~mmwsss.pseudo_labels.cam.sum_all`."""
        return sum_all(cams if self.power == 1 else [cam**self.power for cam in cams], size)
