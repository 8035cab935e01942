"""Resizing by the long side."""
import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmseg.datasets.transforms import Resize
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError


def seg_map_keys(results: dict) -> list[str]:
    """Keys of the segmentation maps; MMCV's loader does not list its own in `seg_fields`."""
    keys = dict.fromkeys((*results.get('seg_fields', ()), 'gt_seg_map'))
    return [key for key in keys if results.get(key) is not None]


def resize_long_side(results: dict, size: int, interpolation: str) -> dict:
    """Resize the image so that its long side is `size`, and segmentation maps with it.

    It uses Pillow's filters like the reference code; unlike OpenCV's, they do not alias when shrinking.

    Args:
        results: with `img` `(H, W, 3)` uint8; changed in place.
        size: the long side, pixels.
        interpolation: Pillow filter for the image; maps use the nearest pixel.

    Returns:
        `results`, with the keys that :class:`RandomResizeLongSide` lists.

    Raises:
        InputError: the image is not uint8.
    """
    if results['img'].dtype != np.uint8:
        raise InputError(f"Pillow cannot resize images of type {results['img'].dtype}. Resize them before you "
                         'convert them to float.')
    height, width = results['img'].shape[:2]
    factor = size / max(height, width)
    scale = max(round(width * factor), 1), max(round(height * factor), 1)
    results['seg_fields'] = seg_map_keys(results)
    results = Resize(scale=scale, backend='pillow', interpolation=interpolation).transform(results)
    results['keep_ratio'] = True
    return results


@TRANSFORMS.register_module()
class RandomResizeLongSide(BaseTransform):
    """Resize to a long side drawn uniformly from `[min_size, max_size]`, keeping the aspect ratio.

    Required keys: `img`, and segmentation maps if present. Modified: both, `img_shape`. Added: `scale` and
    `scale_factor` (width, height), `keep_ratio`.

    Args:
        min_size: smallest long side, pixels.
        max_size: largest long side, inclusive.
        interpolation: Pillow filter for the image; maps use the nearest pixel.

    Raises:
        InputError: an argument is out of its range.
    """

    def __init__(self, min_size: int = 320, max_size: int = 640, interpolation: str = 'bicubic') -> None:
        if not 1 <= min_size <= max_size:
            raise InputError('RandomResizeLongSide: min_size and max_size must satisfy 1 <= min_size <= max_size, '
                             f'got {min_size} and {max_size}.')
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
    """Resize to a fixed long side; `ori_shape` stays, and predictions are resized back to it.

    Keys are those of `RandomResizeLongSide`. In a test pipeline, load masks after it.

    Args:
        size: the long side, pixels.
        only_shrink: do not enlarge smaller images.
        interpolation: Pillow filter for the image.

    Raises:
        InputError: `size` is below 1.
    """

    def __init__(self, size: int, only_shrink: bool = True, interpolation: str = 'bicubic') -> None:
        if size < 1:
            raise InputError(f'ResizeLongSide: size must be at least 1, got {size}.')
        self.size = size
        self.only_shrink = only_shrink
        self.interpolation = interpolation

    def transform(self, results: dict) -> dict:
        """Resize."""
        long_side = max(results['img'].shape[:2])
        size = min(self.size, long_side) if self.only_shrink else self.size
        return resize_long_side(results, size, self.interpolation)
