"""Loading masks, with an error that names each bad file."""
from typing import Any

import mmcv
import numpy as np
from mmengine import fileio
from mmseg.datasets.transforms import LoadAnnotations
from mmseg.registry import TRANSFORMS

from mmwsss.datasets.label_ids import UNKNOWN, classes_of_ids
from mmwsss.utils.errors import InputError


def read_mask(path: str, size: tuple[int, ...] | None = None, backend_args: dict | None = None,
              backend: str | None = 'pillow', image: Any = None) -> np.ndarray:
    """Read the ids of a mask file as they are, of any bit depth.

    Args:
        path: the file.
        size: height and width of its image; `None` if unknown.
        backend_args: of MMEngine's file backend.
        backend: decoder of `mmcv.imfrombytes`.
        image: path of the image, for the message.

    Returns:
        `(H, W)` integers.

    Raises:
        InputError: the mask is missing, cannot be decoded, is a colour image, differs in size from its image, or does
            not contain integers.
    """
    try:
        mask = mmcv.imfrombytes(fileio.get(path, backend_args=backend_args), flag='unchanged', backend=backend)
        mask = np.ascontiguousarray(mask[..., 0] if mask.ndim == 3 and mask.shape[2] == 1 else mask)
    except (OSError, ValueError, SyntaxError, AttributeError) as error:  # Pillow's errors, and another decoder's None
        raise InputError(f'The mask {path} is missing or cannot be decoded: {error}. Replace it, or remove its '
                         'image from the list.') from error
    size = mask.shape if size is None else tuple(size[:2])
    if mask.ndim > 2:
        raise InputError(f'The mask {path} has the shape {mask.shape}: it is a colour image, not class '
                         'indices. Save one class index per pixel, as a grey or palette PNG.')
    if mask.shape != size:
        raise InputError(f'The mask {path} is {mask.shape[0]} x {mask.shape[1]}, but its image {image} is '
                         f'{size[0]} x {size[1]} (height x width). Give both the same size.')
    if mask.dtype == bool:
        return mask.astype(np.uint8)
    if mask.dtype.kind not in 'iu':
        whole = mask.astype(np.int64)
        if not np.array_equal(whole, mask):
            raise InputError(f'The mask {path} contains {mask.dtype} numbers such as {mask[whole != mask][0]}. Save '
                             'one class index per pixel, as a grey or palette PNG.')
        return whole
    return mask


def to_classes(mask: np.ndarray, table: np.ndarray, path: str) -> np.ndarray:
    """Convert the ids of a mask file to classes.

    Args:
        mask: `(H, W)` integers, see :func:`read_mask`.
        table: see :func:`classes_of_ids`.
        path: of the file, for the message.

    Returns:
        `(H, W)` uint8, with 255 for ignored pixels.

    Raises:
        InputError: an id is neither a class nor 255.
    """
    known = np.flatnonzero(table != UNKNOWN)
    present = np.flatnonzero(np.bincount(mask.ravel(), minlength=256)) if mask.dtype == np.uint8 else np.unique(mask)
    strange = np.setdiff1d(present, known)
    if strange.size:
        raise InputError(f'The mask {path} contains the value {strange[0]}, which is neither a class nor 255 '
                         f'(ignored). Its ids may be {_ranges(known)}. Correct the mask, metainfo.classes or '
                         'reduce_zero_label.')
    return table.astype(np.uint8)[mask]


@TRANSFORMS.register_module()
class LoadMask(LoadAnnotations):
    """MMSeg's `LoadAnnotations` that also rejects masks of another size or with unknown values.

    The mask must have the original image's size `ori_shape`, even if the image was resized before. Its values are
    checked before they become 8 bits, against the data set's `num_classes`, `label_map` and `reduce_zero_label`.

    Args:
        **kwargs: those of `LoadAnnotations`.
    """

    def _load_seg_map(self, results: dict) -> None:
        """Add `gt_seg_map` `(H, W)` uint8.

        Raises:
            InputError: the mask is missing, cannot be decoded, is a colour image, differs in size from its image,
                or contains a value that is neither a class nor 255; or the transform and the data set differ in
                `reduce_zero_label`.
        """
        path, reduce = results['seg_map_path'], results.get('reduce_zero_label')
        if self.reduce_zero_label is not None and reduce is not None and bool(self.reduce_zero_label) != bool(reduce):
            raise InputError(f'LoadMask has reduce_zero_label={self.reduce_zero_label}, but the dataset {reduce}. '
                             'Set it in the dataset only.')
        reduce = bool(self.reduce_zero_label if reduce is None else reduce)
        mask = read_mask(path, results.get('ori_shape'), self.backend_args, self.imdecode_backend,
                         results.get('img_path'))
        table = classes_of_ids(results.get('num_classes'), results.get('label_map'), reduce)
        results['gt_seg_map'] = to_classes(mask, table, path)
        results['seg_fields'].append('gt_seg_map')


def _ranges(values: np.ndarray) -> str:
    """Numbers as text, neighbours as `first to last`."""
    groups = np.split(values, np.flatnonzero(np.diff(values) > 1) + 1)
    return ', '.join(f'{group[0]} to {group[-1]}' if len(group) > 1 else f'{group[0]}' for group in groups)
