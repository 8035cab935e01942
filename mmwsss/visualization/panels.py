"""Small images of what the stages make of an image, and their embedding in a page."""
import base64
from collections.abc import Sequence

import cv2
import numpy as np
from matplotlib import colormaps

UNLABELLED = (255, 255, 255)


def paint_labels(labels: np.ndarray, palette: Sequence[Sequence[int]], ignore_index: int = 255) -> np.ndarray:
    """Colours of a label map.

    Args:
        labels: `(H, W)` in `0..C-1`, or `ignore_index` where there is none.
        palette: `(C, 3)` RGB.
        ignore_index: painted white.

    Returns:
        `(H, W, 3)` uint8 RGB.
    """
    colours = np.full((256, 3), UNLABELLED, dtype=np.uint8)
    colours[:len(palette)] = palette
    colours[ignore_index] = UNLABELLED
    return colours[labels]


def heat_overlay(image: np.ndarray, heat: np.ndarray, weight: float = 0.55) -> np.ndarray:
    """A heat map over an image, blue at 0 and red at 1.

    Args:
        image: `(H, W, 3)` uint8 RGB.
        heat: `(h, w)` in [0, 1], resized to the image.
        weight: of the heat map against the image.

    Returns:
        `(H, W, 3)` uint8 RGB.
    """
    heat = cv2.resize(heat.astype(np.float32), image.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return (image * (1 - weight) + colormaps['jet'](heat.clip(0, 1))[..., :3] * 255 * weight).astype(np.uint8)


def shrink(image: np.ndarray, longest: int, smooth: bool = True) -> np.ndarray:
    """An image that is not too large.

    Args:
        image: `(H, W)` or `(H, W, 3)` uint8.
        longest: the most that its long side may have, pixels.
        smooth: average over pixels; without it the nearest is taken, as label maps need.

    Returns:
        The image made smaller, or `image` itself where it is small enough.
    """
    scale = longest / max(image.shape[:2])
    if scale >= 1:
        return image
    size = [max(round(side * scale), 1) for side in image.shape[1::-1]]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if smooth else cv2.INTER_NEAREST)


def image_uri(image: np.ndarray, kind: str = 'jpeg') -> str:
    """An image as the address of an image that holds it.

    Args:
        image: `(H, W, 3)` uint8 RGB.
        kind: `'jpeg'` or `'png'`.

    Returns:
        `data:image/<kind>;base64,...`.
    """
    content = cv2.imencode(f'.{kind}', image[..., ::-1])[1]
    return f'data:image/{kind};base64,{base64.b64encode(content.tobytes()).decode()}'
