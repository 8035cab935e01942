"""Small visualizations of the stages' results, and how to embed them in a page."""
import base64
from collections.abc import Sequence

import cv2
import numpy as np
from matplotlib import colormaps

UNLABELLED = (255, 255, 255)


def paint_labels(labels: np.ndarray, palette: Sequence[Sequence[int]], ignore_index: int = 255) -> np.ndarray:
    """Colour a label map.

    Args:
        labels: `(H, W)` in `0..C-1`, or `ignore_index` for pixels without a label.
        palette: `(C, 3)` RGB.
        ignore_index: shown in white.

    Returns:
        `(H, W, 3)` uint8 RGB.
    """
    colours = np.full((256, 3), UNLABELLED, dtype=np.uint8)
    colours[:len(palette)] = palette[:len(colours)]
    colours[ignore_index] = UNLABELLED
    return colours[labels]


def heat_overlay(image: np.ndarray, heat: np.ndarray, weight: float = 0.55) -> np.ndarray:
    """Overlay a heat map on an image, blue at 0 and red at 1.

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
    """Shrink an image to a maximum size.

    Args:
        image: `(H, W)` or `(H, W, 3)` uint8.
        longest: maximum length of the long side, pixels.
        smooth: average over pixels; use `False` (nearest pixel) for label maps.

    Returns:
        The smaller image, or `image` itself if it is small enough.
    """
    scale = longest / max(image.shape[:2])
    if scale >= 1:
        return image
    size = [max(round(side * scale), 1) for side in image.shape[1::-1]]
    return cv2.resize(image, size, interpolation=cv2.INTER_AREA if smooth else cv2.INTER_NEAREST)


def image_uri(image: np.ndarray, kind: str = 'jpeg') -> str:
    """Encode an image as a data URI.

    Args:
        image: `(H, W, 3)` uint8 RGB.
        kind: `'jpeg'` or `'png'`.

    Returns:
        `data:image/<kind>;base64,...`.
    """
    content = cv2.imencode(f'.{kind}', image[..., ::-1])[1]
    return f'data:image/{kind};base64,{base64.b64encode(content.tobytes()).decode()}'


def image_of_uri(uri: str) -> np.ndarray:
    """Decode a data URI of an image, see :func:`image_uri`, to `(H, W, 3)` uint8 RGB."""
    image = cv2.imdecode(np.frombuffer(base64.b64decode(uri.partition(',')[2]), np.uint8), cv2.IMREAD_COLOR)
    if image is None:
        raise ValueError(f'{uri[:40]}... is not the data URI of an image')
    return np.ascontiguousarray(image[..., ::-1])
