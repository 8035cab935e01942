"""Resizing by the long side."""
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmseg.datasets.transforms import Resize
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError


def seg_map_keys(results: dict) -> list[str]:
    """Keys of the segmentation maps; MMCV's loader does not enter its own in `seg_fields`."""
    keys = dict.fromkeys((*results.get('seg_fields', ()), 'gt_seg_map'))
    return [key for key in keys if results.get(key) is not None]


def resize_long_side(results: dict, size: int, interpolation: str) -> dict:
    """Resize the image so that its long side is `size`, and segmentation maps with it.

    Pillow's filters are used, as in the reference programs: unlike OpenCV's they do not alias when they shrink.

    Args:
        results: with `img` `(H, W, 3)` uint8; changed in place.
        size: the long side, pixels.
        interpolation: of the image, a filter of Pillow; maps take the nearest pixel.

    Returns:
        `results`, with the keys that :class:`RandomResizeLongSide` lists.

    Raises:
        InputError: the image is not uint8.
    """
    if results['img'].dtype != np.uint8:
        raise InputError(f"Images of type {results['img'].dtype} can't be resized by Pillow. Resize them before "
                         'they become floats.')
    height, width = results['img'].shape[:2]
    factor = size / max(height, width)
    scale = max(round(width * factor), 1), max(round(height * factor), 1)
    results['seg_fields'] = seg_map_keys(results)
    results = Resize(scale=scale, backend='pillow', interpolation=interpolation).transform(results)
    results['keep_ratio'] = True
    return results


@TRANSFORMS.register_module()
class RandomResizeLongSide(BaseTransform):
    """Resize to a long side drawn uniformly from `[min_size, max_size]`, the aspect ratio kept.

    Required keys: `img`, and segmentation maps where there are some. Modified: both, `img_shape`. Added: `scale`
    and `scale_factor` (width, height), `keep_ratio`.

    Args:
        min_size: shortest long side, pixels.
        max_size: longest, inclusive.
        interpolation: of the image, a filter of Pillow; maps take the nearest pixel.

    Raises:
        InputError: an argument is out of its range.
    """

    def __init__(self, min_size: int = 320, max_size: int = 640, interpolation: str = 'bicubic') -> None:
        if not 1 <= min_size <= max_size:
            raise InputError(f'RandomResizeLongSide: 1 <= min_size ({min_size}) <= max_size ({max_size}) '
                             'must hold.')
        self.min_size = min_size
        self.max_size = max_size
        self.interpolation = interpolation

    @cache_randomness
    def draw(self) -> int:
        """The long side of the next image."""
        return int(np.random.randint(self.min_size, self.max_size + 1))

    def transform(self, results: dict) -> dict:
        """Resize."""
        return resize_long_side(results, self.draw(), self.interpolation)


@TRANSFORMS.register_module()
class ResizeLongSide(BaseTransform):
    """Resize to one long side; `ori_shape` stays, and predictions return to it.

    Keys are those of `RandomResizeLongSide`. In a test pipeline masks are loaded behind it.

    Args:
        size: the long side, pixels.
        only_shrink: leave smaller images as they are.
        interpolation: of the image, a filter of Pillow.

    Raises:
        InputError: `size` is below 1.
    """

    def __init__(self, size: int, only_shrink: bool = True, interpolation: str = 'bicubic') -> None:
        if size < 1:
            raise InputError(f'ResizeLongSide: size {size} must be positive.')
        self.size = size
        self.only_shrink = only_shrink
        self.interpolation = interpolation

    def transform(self, results: dict) -> dict:
        """Resize."""
        long_side = max(results['img'].shape[:2])
        size = min(self.size, long_side) if self.only_shrink else self.size
        return resize_long_side(results, size, self.interpolation)
