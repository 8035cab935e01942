"""The images that somebody wants results for: files, folders, arrays."""
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mmwsss.datasets.image_labels import IMAGE_SUFFIXES
from mmwsss.utils.errors import InputError


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


def find_images(inputs: str | Path | np.ndarray | Sequence[str | Path | np.ndarray]) -> list[InputImage]:
    """List images in the order given, those of a folder (and below) by name.

    Args:
        inputs: a file, a folder, an array `(H, W, 3)` uint8 BGR, or a sequence of these.

    Raises:
        InputError: a file or folder does not exist, a folder holds no images, an array is no image, or two images
            would have results of the same name.
    """
    items: list[Any] = list(inputs) if isinstance(inputs, list | tuple) else [inputs]
    images = []
    for place, item in enumerate(items):
        if isinstance(item, np.ndarray):
            if item.dtype != np.uint8 or item.ndim != 3 or item.shape[2] != 3 or not item.size:
                raise InputError(f'Input {place} is {item.dtype} of shape {item.shape}. Pass images as uint8 '
                                 '(H, W, 3), BGR.')
            images.append(InputImage(f'{place:08d}', image=item))
        elif Path(item).is_dir():
            found = sorted(Path(item, name) for name in walk_files(item, IMAGE_SUFFIXES))
            if not found:
                raise InputError(f'{item} holds no images ({", ".join(IMAGE_SUFFIXES)}).')
            images += [InputImage(path.relative_to(item).with_suffix('').as_posix(), str(path)) for path in found]
        elif Path(item).is_file():
            images.append(InputImage(Path(item).stem, str(item)))
        else:
            raise InputError(f'There is no image {item}. Give files or folders that exist.')
    if not images:
        raise InputError('There are no images to work on. Give at least one.')
    known: dict[str, InputImage] = {}
    for entry in images:
        if entry.name in known:
            raise InputError(f'{known[entry.name].path} and {entry.path or "an array"} would write results of the '
                             'same name. Give the folder above them, or call once for each.')
        known[entry.name] = entry
    return images
