"""Loading masks, with an error that names each bad file."""
import math

import numpy as np
from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError


@TRANSFORMS.register_module()
class LoadMask(LoadAnnotations):
    """MMSeg's `LoadAnnotations` that also rejects masks of another size or with unknown values.

    The mask must have the original image's size `ori_shape`, even if the image was resized before. Values are
    checked against the data set's `num_classes`, or else against the classes in its `label_map`.

    Args:
        **kwargs: those of `LoadAnnotations`.
    """

    def _load_seg_map(self, results: dict) -> None:
        """Add `gt_seg_map` `(H, W)` uint8.

        Raises:
            InputError: the mask is missing, cannot be decoded, is a colour image, differs in size from its image,
                or contains a value that is neither a class nor 255.
        """
        path = results['seg_map_path']
        try:
            super()._load_seg_map(results)
        except (OSError, ValueError, SyntaxError, AttributeError) as error:  # Pillow's errors, and a decoder's None
            raise InputError(f'The mask {path} is missing or cannot be decoded: {error}. Replace it, or remove its '
                             'image from the list.') from error
        seg_map = results['gt_seg_map'] = np.ascontiguousarray(results['gt_seg_map'])
        expected = tuple(results.get('ori_shape', seg_map.shape)[:2])
        if seg_map.ndim < 2 and seg_map.size == math.prod(expected):  # MMSeg's loader drops sides of one pixel
            seg_map = results['gt_seg_map'] = seg_map.reshape(expected)
        if seg_map.ndim > 2:
            raise InputError(f'The mask {path} has the shape {seg_map.shape}: it is a colour image, not class '
                             'indices. Save one class index per pixel, as a grey or palette PNG.')
        if seg_map.shape != expected:
            size = ' x '.join(map(str, seg_map.shape)) if seg_map.ndim == 2 else 'one pixel high or wide'
            raise InputError(f'The mask {path} is {size}, but its image {results.get("img_path")} is '
                             f'{expected[0]} x {expected[1]} (height x width). Give both the same size.')
        strange = _strange_values(seg_map, results)
        if strange:
            raise InputError(f'The mask {path} contains the value {strange[0]}, which is neither a class nor 255 '
                             '(ignored). Correct the mask, or metainfo.classes.')


def _strange_values(seg_map: np.ndarray, results: dict) -> list[int]:
    """The values that are neither a class nor 255, after MMSeg's mapping."""
    num_classes = results.get('num_classes')
    if num_classes is None and results.get('label_map'):
        num_classes = 1 + max(new for new in results['label_map'].values() if new != 255)
    if num_classes is None:
        return []
    present = np.flatnonzero(np.bincount(seg_map.ravel(), minlength=256))
    return [int(value) for value in present if num_classes <= value < 255]
