"""Reading label maps of drawn strokes."""
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image

from mmwsss.pseudo_labels.strokes import UNLABELLED
from mmwsss.utils.errors import InputError

from .checks import other_size, span


def read_stroke_png(path: Path, numbers: Mapping[int, int], size: tuple[int, int]) -> np.ndarray:
    """Read a label map of drawn strokes.

    Args:
        path: a grey or palette PNG with ids as in mask files, 255 unlabelled.
        numbers: id in mask files -> the same, or 255 for a class that is not used.
        size: height and width of the image.

    Returns:
        `(H, W)` uint8; classes that are not used became 255.

    Raises:
        InputError: the file is missing or damaged, or has another size or other values.
    """
    try:
        with Image.open(path) as file:
            labels = np.array(file)
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f'{path} is missing or cannot be decoded: {error}. Add it, or remove its image from the '
                         'list.') from error
    if labels.ndim != 2 or labels.dtype != np.uint8:
        raise InputError(f'{path} has {labels.dtype} values of shape {labels.shape}. Save one class id per pixel, as a '
                         'grey or palette PNG of 8 bits.')
    if labels.shape != size:
        raise InputError(other_size(str(path), labels.shape, size))
    strange = sorted(set(np.unique(labels).tolist()) - {*numbers, UNLABELLED})
    if strange:
        raise InputError(f'{path} has the value {strange[0]}, which is neither a class ({span(numbers)}) nor 255. Does '
                         'it belong to another data set?')
    table = np.full(256, UNLABELLED, dtype=np.uint8)
    table[list(numbers)] = list(numbers.values())
    return table[labels]
