"""What is drawn on: larger than the image, with the class and the owner of each pixel."""
from dataclasses import dataclass, field

import cv2
import numpy as np
from voc_layout.names import VOID

from .paint import Paint

# Everything is drawn this many times larger and averaged.
OVERSAMPLING = 3


@dataclass
class Canvas:
    """What is drawn so far, `OVERSAMPLING` times the image's size.

    Attributes:
        rgb: colours (H, W, 3), uint8.
        label: VOC's class of each pixel (H, W), uint8.
        owner: number of the object a pixel shows, times two, plus one in its head; -1 for none; (H, W), int16.
    """

    rgb: np.ndarray
    label: np.ndarray = field(init=False)
    owner: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Nothing is drawn at first."""
        self.label = np.zeros(self.rgb.shape[:2], dtype=np.uint8)
        self.owner = np.full(self.rgb.shape[:2], -1, dtype=np.int16)

    def fill(self, outline: np.ndarray, paint: Paint, label: int = 0, owner: int = -1) -> None:
        """Fill a polygon in canvas pixels; what lies outside of the canvas is cut off."""
        rows, columns = inside(outline, self.label.shape)
        self.rgb[rows, columns] = paint(rows, columns)
        self.label[rows, columns] = label
        self.owner[rows, columns] = owner

    def darken(self, outline: np.ndarray, percent: int) -> None:
        """A shadow."""
        rows, columns = inside(outline, self.label.shape)
        self.rgb[rows, columns] = self.rgb[rows, columns] * np.uint16(percent) // 100


def inside(outline: np.ndarray, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the pixels in a polygon."""
    points = np.rint(outline).astype(np.int32)
    left, top = np.maximum(points.min(axis=0), 0)
    right, bottom = np.minimum(points.max(axis=0) + 1, shape[::-1])
    if right <= left or bottom <= top:
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)
    region = np.zeros((bottom - top, right - left), dtype=np.uint8)
    cv2.fillPoly(region, [points - (left, top)], 1)
    rows, columns = np.nonzero(region)
    return rows + top, columns + left


def reduce_canvas(canvas: Canvas) -> tuple[np.ndarray, np.ndarray]:
    """Canvas -> image and mask at the image's size; pixels of more than one class become void."""
    height, width = (side // OVERSAMPLING for side in canvas.label.shape)
    blocks = (height, OVERSAMPLING, width, OVERSAMPLING)
    image = canvas.rgb.reshape(*blocks, 3).sum(axis=(1, 3), dtype=np.int64) // OVERSAMPLING**2
    label = canvas.label.reshape(blocks)
    low, high = label.min(axis=(1, 3)), label.max(axis=(1, 3))
    return image, np.where(low == high, low, VOID).astype(np.uint8)
