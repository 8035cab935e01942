"""Masks that fit their picture, or an error that names them."""
import numpy as np
from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError


@TRANSFORMS.register_module()
class LoadMask(LoadAnnotations):
    """MMSeg's `LoadAnnotations` that refuses masks of another size.

    The mask must have the size of the file `ori_shape`, whatever happened to the picture in between.

    Args:
        **kwargs: those of `LoadAnnotations`.
    """

    def transform(self, results: dict) -> dict:
        """Add `gt_seg_map` `(H, W)` uint8.

        Raises:
            InputError: the mask is missing, does not decode or has another size than its picture.
        """
        path = results['seg_map_path']
        try:
            results = super().transform(results)
        except (OSError, AttributeError) as error:
            raise InputError(f'The mask {path} is missing or does not decode: {error}.') from error
        found = results['gt_seg_map'].shape
        if tuple(found) != tuple(results['ori_shape'][:2]):
            raise InputError(f"The mask {path} is {found[0]} x {found[1:]}, its picture {results['img_path']} is "
                             f"{tuple(results['ori_shape'][:2])}.")
        results['gt_seg_map'] = np.ascontiguousarray(results['gt_seg_map'])
        return results
