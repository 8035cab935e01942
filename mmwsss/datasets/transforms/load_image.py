"""Pictures that decode wholly, or an error that names them."""
import mmcv
import numpy as np
from mmcv.transforms import LoadImageFromFile
from mmengine import fileio
from mmseg.registry import TRANSFORMS

from mmwsss.utils.errors import InputError


def decode_image(path: str, content: bytes, **kwargs) -> np.ndarray:
    """Decode a picture.

    OpenCV returns the upper part of a truncated JPEG without an error, the rest grey; the end marker that
    a whole file has within its last bytes tells.

    Args:
        path: names the picture in errors.
        content: the file.
        **kwargs: for `mmcv.imfrombytes`.

    Raises:
        InputError: it is empty, truncated or no picture.
    """
    remedy = 'Replace the file, take it out of the list, or set skip_bad_images=True in the dataset.'
    if not content:
        raise InputError(f'{path} is empty. {remedy}')
    if content[:2] == b'\xff\xd8' and b'\xff\xd9' not in content[-4096:]:
        raise InputError(f'{path} is a truncated JPEG. {remedy}')
    try:
        img = mmcv.imfrombytes(content, **kwargs)
    except Exception as error:  # every backend has its own
        raise InputError(f'{path} does not decode ({error}). {remedy}') from error
    if img is None:
        raise InputError(f'{path} does not decode: it is no picture, or damaged. {remedy}')
    return img


@TRANSFORMS.register_module()
class LoadImage(LoadImageFromFile):
    """`LoadImageFromFile` whose errors name the picture and the remedy.

    Args:
        **kwargs: those of `LoadImageFromFile`.
    """

    def transform(self, results: dict) -> dict:
        """Add `img` `(H, W, 3)` BGR uint8, `img_shape` and `ori_shape`.

        Raises:
            InputError: the picture is missing or does not decode.
        """
        path = results['img_path']
        try:
            content = fileio.get(path, backend_args=self.backend_args)
        except OSError as error:
            raise InputError(f'{path} cannot be read: {error}.') from error
        img = decode_image(path, content, flag=self.color_type, backend=self.imdecode_backend)
        results['img'] = img.astype(np.float32) if self.to_float32 else img
        results['img_shape'] = results['ori_shape'] = img.shape[:2]
        return results
