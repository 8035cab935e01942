"""Resizing by the long side."""
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmseg.datasets.transforms import Resize
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError


def resize_long_side(results: dict, size: int, interpolation: str) -> dict:
    """Resize the picture so that its long side is `size`, and segmentation maps with it.

    Pillow's filters are used, as in the reference programs: unlike OpenCV's they do not alias when they shrink.
    """
    height, width = results['img'].shape[:2]
    factor = size / max(height, width)
    scale = max(round(width * factor), 1), max(round(height * factor), 1)
    return Resize(scale=scale, backend='pillow', interpolation=interpolation).transform(results)


@TRANSFORMS.register_module()
class RandomResizeLongSide(BaseTransform):
    """Resize to a long side drawn uniformly from `[min_size, max_size]`, the aspect ratio kept.

    Required keys: `img`, and what is in `seg_fields`. Modified: both, `img_shape`, `scale_factor`, `scale`.

    Args:
        min_size: shortest long side, pixels.
        max_size: longest, inclusive.
        interpolation: of the picture, a filter of Pillow; maps take the nearest pixel.
    """

    def __init__(self, min_size: int = 320, max_size: int = 640, interpolation: str = 'bicubic') -> None:
        if not 1 <= min_size <= max_size:
            raise InputError(f'RandomResizeLongSide: 1 <= min_size ({min_size}) <= max_size ({max_size}) must hold.')
        self.min_size = min_size
        self.max_size = max_size
        self.interpolation = interpolation

    @cache_randomness
    def draw(self) -> int:
        """The long side of the next picture."""
        return int(np.random.randint(self.min_size, self.max_size + 1))

    def transform(self, results: dict) -> dict:
        """Resize."""
        return resize_long_side(results, self.draw(), self.interpolation)


@TRANSFORMS.register_module()
class ResizeLongSide(BaseTransform):
    """Resize to one long side; `ori_shape` stays, and predictions return to it.

    Args:
        size: the long side, pixels.
        only_shrink: leave smaller pictures as they are.
        interpolation: of the picture, a filter of Pillow.
    """

    def __init__(self, size: int, only_shrink: bool = True, interpolation: str = 'bicubic') -> None:
        if size < 1:
            raise InputError(f'ResizeLongSide: size {size} must be positive.')
        self.size = size
        self.only_shrink = only_shrink
        self.interpolation = interpolation

    def transform(self, results: dict) -> dict:
        """Resize."""
        if self.only_shrink and max(results['img'].shape[:2]) <= self.size:
            return results
        return resize_long_side(results, self.size, self.interpolation)
