"""Writing images."""
import os

import numpy as np
from PIL import Image

from .atomic import atomic_path


def write_image(path: str | os.PathLike, image: np.ndarray) -> None:
    """Write an image atomically.

    Args:
        path: the suffix selects the format.
        image: uint8, `(H, W, 3)` RGB or `(H, W)` grey.
    """
    with atomic_path(path) as temporary:
        Image.fromarray(image).save(temporary)
