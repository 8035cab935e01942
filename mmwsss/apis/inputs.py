"""The images that somebody wants results for: files, folders, arrays, Pillow images."""
import os
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from io import IOBase
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from mmwsss.datasets.image_labels import IMAGE_SUFFIXES
from mmwsss.utils.errors import InputError
from mmwsss.utils.walk import walk_files

Input = str | os.PathLike | np.ndarray | Image.Image
Inputs = Input | Iterable[Input]
KINDS = ('the path of a file or folder, an array (H, W, 3) of uint8 in BGR, a Pillow image, or a list, tuple, set or '
         'iterator of these')


@dataclass(frozen=True)
class InputImage:
    """One image.

    Attributes:
        name: of its results, unique; below a folder that was given it is the path there, without suffix.
        path: of the file; empty for an array.
        image: `(H, W, 3)` uint8 BGR, or `None` for a file.
    """
    name: str
    path: str = ''
    image: np.ndarray | None = None


def find_images(inputs: Inputs) -> list[InputImage]:
    """List images in the order given, those of a folder (and below, see :func:`walk_files`) by name.

    Args:
        inputs: a file, a folder, an array `(H, W, 3)` uint8 BGR, a Pillow image, or several of these: a list, tuple,
            iterator (such as `Path.glob`), or a set, which is sorted.

    Raises:
        InputError: a file or folder does not exist, a folder holds no images, an array is no image, an input is of
            another type, or two images would have results of the same name.
    """
    images = [entry for place, item in enumerate(_items(inputs)) for entry in _images_of(item, place)]
    if not images:
        raise InputError('There are no images to work on. Give at least one.')
    known: dict[str, InputImage] = {}
    for entry in images:
        if entry.name in known:
            one, other = (found.path or 'an array' for found in (known[entry.name], entry))
            remedy = ('Give it once.' if os.path.abspath(one) == os.path.abspath(other) else
                      'Rename one.' if os.path.dirname(one) == os.path.dirname(other) else
                      'Give the folder above them, or call once for each.')
            raise InputError(f'{one} and {other} would write results of the same name, {entry.name}. {remedy}')
        known[entry.name] = entry
    return images


def _items(inputs: Any) -> list[Any]:
    """The inputs as a list."""
    if isinstance(inputs, AbstractSet):
        return sorted(inputs, key=str)
    if isinstance(inputs, Iterator) and not isinstance(inputs, IOBase):
        return list(inputs)
    return list(inputs) if isinstance(inputs, list | tuple) else [inputs]


def _images_of(item: Any, place: int) -> list[InputImage]:
    """The images that an input stands for."""
    name = f'{place:08d}'
    if isinstance(item, Image.Image):
        if item.mode.startswith(('I', 'F')):  # Pillow would turn all values above 255 into white
            raise InputError(f'Input {place} is a Pillow image of mode {item.mode}, whose values may exceed 8 bits. '
                             'Scale it to 8 bits (mode L or RGB), or pass the path of its file.')
        try:
            upright = np.asarray(ImageOps.exif_transpose(item).convert('RGB'))  # as files are read
        except (OSError, ValueError, SyntaxError) as error:
            raise InputError(f'Input {place}, a Pillow image, cannot be decoded: {error}. Replace it.') from error
        return [InputImage(name, image=np.ascontiguousarray(upright[..., ::-1]))]
    if isinstance(item, np.ndarray):
        if item.dtype != np.uint8 or item.ndim != 3 or item.shape[2] != 3 or not item.size:
            raise InputError(f'Input {place} is {item.dtype} of shape {item.shape}. Pass images as uint8 '
                             '(H, W, 3), BGR.')
        return [InputImage(name, image=item)]
    if not isinstance(item, str | os.PathLike) or isinstance(os.fspath(item), bytes):
        hint = ' Convert a tensor by tensor.cpu().numpy().' if hasattr(item, 'numpy') else ''
        raise InputError(f'Input {place} is a {type(item).__name__}. Pass {KINDS}.{hint}')
    path = Path(item)
    try:
        is_folder, is_file = path.is_dir(), path.is_file()
    except (OSError, ValueError) as error:  # a name that is too long, or with a zero byte
        raise InputError(f'There is no image {str(item)[:200]!r}: {error}. Give files or folders that '
                         'exist.') from error
    if is_folder:
        found = sorted(path / below for below in walk_files(path, IMAGE_SUFFIXES))
        if not found:
            raise InputError(f'{item} holds no images ({", ".join(IMAGE_SUFFIXES)}).')
        return [InputImage(one.relative_to(path).with_suffix('').as_posix(), str(one)) for one in found]
    if not is_file:
        raise InputError(f'There is no image {item}. Give files or folders that exist.')
    return [InputImage(path.stem, str(path))]
