"""Global maximum pooling, the counterpart of MMPretrain's `GlobalAveragePooling`."""
from mmseg.registry import MODELS

from .hspp import HSPP


@MODELS.register_module()
class GlobalMaxPooling(HSPP):
    """Neck that keeps the largest value of each channel: `(N, C, H, W) -> (N, C)`, also for tuples.

    It is `HSPP` with a single bin and without the average, the paper's GMP baseline.
    """

    def __init__(self) -> None:
        super().__init__(levels=(1, ), gamma=0.0)
