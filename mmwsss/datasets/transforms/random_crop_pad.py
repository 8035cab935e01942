"""A random crop of fixed size, with padding."""
from collections.abc import Sequence

import numpy as np
from mmcv.transforms import BaseTransform
from mmcv.transforms.utils import cache_randomness
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError

from .random_resize_long_side import seg_map_keys


@TRANSFORMS.register_module()
class RandomCropPad(BaseTransform):
    """Crop where the image is larger than the crop, pad where it is smaller, both at random places.

    Small images are placed at random, so the network cannot learn a fixed position. Padding with the mean colour
    becomes 0 after normalisation; `pad_val=(0, 0, 0)` is black, as AffinityNet (PSA) pads.

    Required keys: `img`, and segmentation maps if present (padded with `seg_pad_val`). Modified: both and `img_shape`.
    Added: `pad_shape`, and `crop_window`: top, left, bottom and right of the image in the result, the rest is padding.

    Args:
        crop_size: height and width.
        pad_val: R, G, B. With fractions the image becomes float32, otherwise it keeps its type.
        channel_order: of the loaded image; MMCV loads `'bgr'`.
        seg_pad_val: of segmentation maps: 255 is ignored in masks; 0 for scores.

    Raises:
        InputError: an argument is out of its range.
    """

    def __init__(self,
                 crop_size: Sequence[int] = (512, 512),
                 pad_val: Sequence[float] = (123.675, 116.28, 103.53),
                 channel_order: str = 'bgr',
                 seg_pad_val: float = 255) -> None:
        if len(crop_size) != 2 or min(crop_size) < 1:
            raise InputError(f'RandomCropPad: crop_size {crop_size} must be a height and a width of at least 1.')
        if len(pad_val) != 3 or channel_order not in ('bgr', 'rgb'):
            raise InputError(f"RandomCropPad: pad_val must be three numbers (R, G, B), got {pad_val}, and "
                             f"channel_order must be 'bgr' or 'rgb', got {channel_order!r}.")
        self.crop_size = tuple(crop_size)
        self.pad_val = np.asarray(pad_val if channel_order == 'rgb' else pad_val[::-1], dtype=np.float32)
        self.seg_pad_val = seg_pad_val
        self.integral = bool((self.pad_val == self.pad_val.round()).all())

    @cache_randomness
    def offsets(self, height: int, width: int) -> tuple[int, int]:
        """Top and left of the crop in the image; negative if the crop starts outside the image."""
        top, left = (
            int(np.random.randint(min(size - crop, 0), max(size - crop, 0) + 1))
            for size, crop in zip((height, width), self.crop_size, strict=True))
        return top, left

    def cut(self, array: np.ndarray, offsets: tuple[int, int], fill: float | np.ndarray) -> np.ndarray:
        """Cut a window from an array and fill the part outside the array.

        Args:
            array: `(H, W)` or `(H, W, C)`.
            offsets: from :meth:`offsets`.
            fill: one value, or one per channel `(C,)`.

        Returns:
            `(*crop_size)` or `(*crop_size, C)`, of the array's type.
        """
        result = np.empty((*self.crop_size, *array.shape[2:]), dtype=array.dtype)
        result[...] = fill
        source, target = [], []
        for offset, crop, size in zip(offsets, self.crop_size, array.shape[:2], strict=True):
            start, stop = max(offset, 0), min(offset + crop, size)
            source.append(slice(start, stop))
            target.append(slice(start - offset, stop - offset))
        result[tuple(target)] = array[tuple(source)]
        return result

    def transform(self, results: dict) -> dict:
        """Cut the image and its maps at the same random place."""
        img = results['img']
        offsets = self.offsets(*img.shape[:2])
        if not self.integral:
            img = img.astype(np.float32)
        results['img'] = self.cut(img, offsets, self.pad_val)
        for key in seg_map_keys(results):
            results[key] = self.cut(results[key], offsets, self.seg_pad_val)
        results['crop_window'] = (*(max(-offset, 0) for offset in offsets),
                                  *map(min, self.crop_size, (img.shape[0] - offsets[0], img.shape[1] - offsets[1])))
        results['img_shape'] = results['pad_shape'] = self.crop_size
        return results
