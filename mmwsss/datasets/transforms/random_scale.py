"""Resizing by a random factor."""
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError

from .random_resize_long_side import resize_long_side


@TRANSFORMS.register_module()
class RandomScale(BaseTransform):
    """Resize an image by a factor drawn uniformly from `[min_scale, max_scale]` of its own size, and its maps with it.

    MMCV's `RandomResize` draws factors of one base size for all images. Keys are those of `RandomResizeLongSide`.

    Args:
        min_scale: smallest factor, > 0.
        max_scale: largest.
        interpolation: of the image, a filter of Pillow; maps take the nearest pixel.

    Raises:
        InputError: an argument is out of its range.
    """

    def __init__(self, min_scale: float = 0.5, max_scale: float = 1.5, interpolation: str = 'bicubic') -> None:
        if not 0 < min_scale <= max_scale:
            raise InputError(f'RandomScale: 0 < min_scale ({min_scale}) <= max_scale ({max_scale}) must hold.')
        self.min_scale = min_scale
        self.max_scale = max_scale
        self.interpolation = interpolation

    @cache_randomness
    def draw(self) -> float:
        """The factor of the next image."""
        return float(np.random.uniform(self.min_scale, self.max_scale))

    def transform(self, results: dict) -> dict:
        """Resize."""
        size = max(round(max(results['img'].shape[:2]) * self.draw()), 1)
        return resize_long_side(results, size, self.interpolation)
