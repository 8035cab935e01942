"""Writing label maps as palette PNGs, the mask format of VOC."""
import os

import numpy as np
from PIL import Image

from .atomic import atomic_path
from .errors import InputError


def voc_palette() -> np.ndarray:
    """`(256, 3)` uint8: VOC's colours, a value's bits spread over R, G, B from the highest bit down."""
    value = np.arange(256)
    colour = np.zeros((256, 3), dtype=np.int64)
    for bit in range(8):
        for channel in range(3):
            colour[:, channel] |= ((value >> (3 * bit + channel)) & 1) << (7 - bit)
    return colour.astype(np.uint8)


def class_palette(count: int) -> list[list[int]]:
    """R, G, B of `count` classes: VOC's colours, which repeat after 256."""
    return voc_palette()[np.arange(count) % 256].tolist()


def write_palette_png(path: str | os.PathLike, labels: np.ndarray) -> None:
    """Write a label map in VOC's colours, atomically.

    Args:
        path: ends in `.png`.
        labels: `(H, W)` uint8.

    Raises:
        InputError: the labels have another type or shape.
    """
    labels = np.asarray(labels)
    if labels.dtype != np.uint8 or labels.ndim != 2 or not labels.size:
        raise InputError(f'{path}: labels must be uint8 (H, W), got {labels.dtype} {labels.shape}.')
    image = Image.fromarray(labels)
    image.putpalette(voc_palette().flatten().tolist())
    with atomic_path(path) as temporary:
        image.save(temporary, format='PNG')
