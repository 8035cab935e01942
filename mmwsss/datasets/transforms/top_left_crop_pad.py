"""A crop of fixed size at the top left corner."""
from mmseg.registry import TRANSFORMS

from .random_crop_pad import RandomCropPad


@TRANSFORMS.register_module()
class TopLeftCropPad(RandomCropPad):
    """`RandomCropPad` that always crops at the top left corner and pads on the right and at the bottom.

    Args:
        **kwargs: those of `RandomCropPad`.
    """

    def offsets(self, height: int, width: int) -> tuple[int, int]:
        """The origin."""
        return 0, 0
