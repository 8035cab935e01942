"""Resizing by a random factor."""
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError

from .random_resize_long_side import resize_long_side


@TRANSFORMS.register_module()
class RandomScale(BaseTransform):
    """Resize an image and its maps by a factor of its own size, drawn uniformly from `[min_scale, max_scale]`.

    MMCV's `RandomResize` scales one base size for all images. Keys are those of `RandomResizeLongSide`.

    Args:
        min_scale: smallest factor, > 0.
        max_scale: largest factor.
        interpolation: Pillow filter for the image; maps use the nearest pixel.

    Raises:
        InputError: an argument is out of its range.
    """

    def __init__(self, min_scale: float = 0.5, max_scale: float = 1.5, interpolation: str = 'bicubic') -> None:
        if not 0 < min_scale <= max_scale:
            raise InputError('RandomScale: min_scale and max_scale must satisfy 0 < min_scale <= max_scale, got '
                             f'{min_scale} and {max_scale}.')
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
