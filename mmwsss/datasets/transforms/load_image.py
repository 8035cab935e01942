"""Images that decode wholly, or an error that names them."""
from typing import Any

import mmcv
import numpy as np
import torch
from mmcv.transforms import LoadImageFromFile
from mmengine import fileio
from mmseg.registry import TRANSFORMS
from mmseg.structures import SegDataSample

from mmwsss.utils.errors import InputError

REMEDY = 'Replace the file, take it out of the list, or set skip_bad_images=True in the dataset.'


def is_truncated(content: bytes) -> bool:
    """Whether a JPEG or PNG file ends before its end marker.

    OpenCV decodes what is there and leaves the rest grey, without an error. Cameras append data behind the
    marker, so a JPEG's is sought behind the last start of a scan: inside of a scan no such bytes occur.
    """
    if content.startswith(b'\xff\xd8'):
        end = content.rfind(b'\xff\xd9')
        return end < 0 or end < content.rfind(b'\xff\xda')
    return content.startswith(b'\x89PNG\r\n\x1a\n') and b'IEND' not in content


def read_whole(path: str, backend_args: dict | None = None, remedy: str = REMEDY) -> bytes:
    """Read the file of an image without decoding it.

    Args:
        path: the file.
        backend_args: of MMEngine's file backend.
        remedy: the sentence of an error that says what to do.

    Raises:
        InputError: it is missing, empty or truncated.
    """
    try:
        content = fileio.get(path, backend_args=backend_args)
    except OSError as error:
        raise InputError(f'{path} cannot be read: {error}. Add it, or take it out of the list.') from error
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
        remedy: the sentence of an error that says what to do.
        **kwargs: for `mmcv.imfrombytes`.

    Returns:
        `(H, W, 3)` BGR uint8, unless `kwargs` say otherwise.

    Raises:
        InputError: it is missing, empty, truncated or no image.
    """
    content = read_whole(path, backend_args, remedy)
    try:
        img = mmcv.imfrombytes(content, **kwargs)
    except Exception as error:  # every backend has its own
        raise InputError(f'{path} does not decode ({error}). {remedy}') from error
    if img is None:
        raise InputError(f'{path} does not decode: it is no image, or damaged. {remedy}')
    return img


def image_of(sample: SegDataSample | dict) -> torch.Tensor:
    """Return the original image of a data sample, in the size `ori_shape`, whatever a pipeline made of it.

    Args:
        sample: with `ori_img` `(H, W, 3)` uint8 BGR, or with `img_path` and, where the image is not a local file,
            `backend_args`; a data sample, or one as a dictionary.

    Returns:
        `(3, H, W)` uint8 RGB.

    Raises:
        InputError: the file is missing, empty, truncated or no image.
    """
    image = sample.get('ori_img')
    if image is None:
        image = read_image(sample.get('img_path') or '', sample.get('backend_args'))
    return torch.from_numpy(np.ascontiguousarray(image[..., ::-1].transpose(2, 0, 1)))


@TRANSFORMS.register_module()
class LoadImage(LoadImageFromFile):
    """`LoadImageFromFile` whose errors name the image and the remedy.

    With `ignore_empty=True` a bad image gives `None`: MMEngine draws another one in training and stops in tests.

    Args:
        **kwargs: those of `LoadImageFromFile`.
    """

    def transform(self, results: dict) -> dict | None:
        """Add `img` `(H, W, 3)` BGR uint8, `img_shape` and `ori_shape`.

        Raises:
            InputError: the image is missing or does not decode.
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
