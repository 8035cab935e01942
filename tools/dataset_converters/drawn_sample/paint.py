"""What an outline is filled with: a colour or a pattern, anchored to the canvas."""
from collections.abc import Callable

import cv2
import numpy as np

from .colours import Colour

# Canvas rows and columns (n,) -> colours, broadcastable to (n, 3).
Paint = Callable[[np.ndarray, np.ndarray], np.ndarray]


def plain(colour: Colour) -> Paint:
    """One colour."""
    value = np.clip(np.asarray(colour), 0, 255).astype(np.uint8)
    return lambda rows, columns: value


def striped(first: Colour, second: Colour, width: int, slant: int = 0) -> Paint:
    """Stripes, `width` canvas pixels wide; `slant` leans them."""
    colours = np.array([first, second], dtype=np.uint8)
    return lambda rows, columns: colours[(columns + slant * rows // 4) // width % 2]


def speckled(rng: np.random.Generator, first: Colour, second: Colour, cell: int, share: int) -> Paint:
    """Irregular spots of about `cell` canvas pixels that cover about `share` percent."""
    coarse = rng.integers(0, 256, (16, 16), dtype=np.uint8)
    smooth = cv2.resize(coarse, (256, 256), interpolation=cv2.INTER_LINEAR_EXACT)
    spots = (smooth > np.sort(coarse, axis=None)[256 * (100 - share) // 100]).astype(np.intp)
    colours = np.array([first, second], dtype=np.uint8)
    return lambda rows, columns: colours[spots[rows * 16 // cell % 256, columns * 16 // cell % 256]]
