"""Loading images, with an error that names each bad file."""
from typing import Any

import mmcv
import numpy as np
import torch
from mmcv.transforms import LoadImageFromFile
from mmengine import fileio
from mmseg.registry import TRANSFORMS
from mmseg.structures import SegDataSample

from mmwsss.utils.errors import InputError

REMEDY = 'Replace the file, remove it from the list, or set skip_bad_images=True in the dataset.'


def is_truncated(content: bytes) -> bool:
    """Whether a JPEG or PNG file ends before its end marker.

    OpenCV decodes a truncated file without an error and leaves the rest grey. Cameras append data after the
    marker, so a JPEG's marker is searched after the last start of scan; it cannot occur inside a scan.
    """
    if content.startswith(b'\xff\xd8'):
        end = content.rfind(b'\xff\xd9')
        return end < 0 or end < content.rfind(b'\xff\xda')
    return content.startswith(b'\x89PNG\r\n\x1a\n') and b'IEND' not in content


def read_whole(path: str, backend_args: dict | None = None, remedy: str = REMEDY) -> bytes:
    """Read an image file without decoding it.

    Args:
        path: the file.
        backend_args: of MMEngine's file backend.
        remedy: the sentence in an error message that says what to do.

    Raises:
        InputError: the file is missing, empty or truncated.
    """
    try:
        content = fileio.get(path, backend_args=backend_args)
    except OSError as error:
        raise InputError(f'{path} cannot be read: {error}. Add it, or remove it from the list.') from error
    if not content:
        raise InputError(f'{path} is empty. {remedy}')
    if is_truncated(content):
        raise InputError(f'{path} is truncated. {remedy}')
    return content


def read_image(path: str, backend_args: dict | None = None, remedy: str = REMEDY, **kwargs: Any) -> np.ndarray:
    """Read and decode an image.

    Args:
        path: the file.
        backend_args: of MMEngine's file backend.
        remedy: the sentence in an error message that says what to do.
        **kwargs: for `mmcv.imfrombytes`.

    Returns:
        `(H, W, 3)` BGR uint8, unless `kwargs` say otherwise.

    Raises:
        InputError: the file is missing, empty, truncated or not an image.
    """
    content = read_whole(path, backend_args, remedy)
    try:
        img = mmcv.imfrombytes(content, **kwargs)
    except Exception as error:  # each backend raises its own types
        raise InputError(f'{path} cannot be decoded ({error}). {remedy}') from error
    if img is None:
        raise InputError(f'{path} cannot be decoded: it is damaged or not an image. {remedy}')
    return img


def image_of(sample: SegDataSample | dict) -> torch.Tensor:
    """Return the original image of a data sample, at the size `ori_shape`, before any pipeline step.

    Args:
        sample: a data sample or dictionary with `ori_img` `(H, W, 3)` uint8 BGR, or with `img_path` and, for a
            remote file, `backend_args`.

    Returns:
        `(3, H, W)` uint8 RGB.

    Raises:
        InputError: the file is missing, empty, truncated or not an image.
    """
    image = sample.get('ori_img')
    if image is None:
        image = read_image(sample.get('img_path') or '', sample.get('backend_args'))
    return torch.from_numpy(np.ascontiguousarray(image[..., ::-1].transpose(2, 0, 1)))


@TRANSFORMS.register_module()
class LoadImage(LoadImageFromFile):
    """`LoadImageFromFile` with errors that name the image and the remedy.

    With `ignore_empty=True` a bad image gives `None`: MMEngine picks another one in training and stops in tests.

    Args:
        **kwargs: those of `LoadImageFromFile`.
    """

    def transform(self, results: dict) -> dict | None:
        """Add `img` `(H, W, 3)` BGR uint8, `img_shape` and `ori_shape`.

        Raises:
            InputError: the image is missing or cannot be decoded.
        """
        try:
            img = read_image(results['img_path'], self.backend_args, flag=self.color_type,
                               backend=self.imdecode_backend)
        except InputError:
            if self.ignore_empty:
                return None
            raise
        results['img'] = img.astype(np.float32) if self.to_float32 else img
        results['img_shape'] = results['ori_shape'] = img.shape[:2]
        return results
