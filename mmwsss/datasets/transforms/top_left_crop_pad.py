"""A crop of fixed size at a fixed place."""
from mmseg.registry import TRANSFORMS

from .random_crop_pad import RandomCropPad


@TRANSFORMS.register_module()
class TopLeftCropPad(RandomCropPad):
    """`RandomCropPad` whose crop is always the image's top left corner, padded on the right and at the bottom.

    Args:
        **kwargs: those of `RandomCropPad`.
    """

    def offsets(self, height: int, width: int) -> tuple[int, int]:
        """The origin."""
        return 0, 0
