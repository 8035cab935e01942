"""Drawing primitives: random choices, colours, outlines, paints and the canvas.

Outlines are (n, 2) points (x, y), y down. A paint fills an outline with a colour or a pattern that is anchored to the
canvas.
"""
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from voc_layout import VOID

# (red, green, blue), 0 to 255.
Colour = Sequence[int]
COATS = {
    'black': (38, 36, 38), 'white': (232, 228, 218), 'grey': (128, 128, 132), 'brown': (112, 74, 46),
    'ginger': (196, 120, 58), 'tan': (206, 174, 128), 'slate': (84, 86, 100), 'russet': (166, 96, 70),
}
PAINTS = {
    'red': (206, 56, 48), 'blue': (52, 92, 190), 'white': (232, 232, 228), 'green': (62, 140, 84),
    'yellow': (236, 192, 60), 'grey': (128, 132, 140), 'black': (60, 60, 68), 'purple': (140, 84, 160),
}
BLACK, WHITE, GLASS = (24, 22, 24), (240, 238, 232), (168, 206, 224)
# Canvas rows and columns (n,) -> colours, broadcastable to (n, 3).
Paint = Callable[[np.ndarray, np.ndarray], np.ndarray]
# Images are drawn this many times larger and averaged.
OVERSAMPLING = 3


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A random number between two."""
    return low + (high - low) * rng.random()


def pick(rng: np.random.Generator, options: Sequence) -> Any:
    """A random choice."""
    return options[rng.integers(len(options))]


def shade(colour: Colour, percent: int) -> np.ndarray:
    """A colour made darker (below 100) or lighter."""
    return np.clip(np.asarray(colour) * percent // 100, 0, 255)


def pick_colour(rng: np.random.Generator, colours: dict[str, Colour]) -> Colour:
    """A random choice of the named colours."""
    return colours[pick(rng, tuple(colours))]


def ellipse(x: float, y: float, radius_x: float, radius_y: float, degrees: float = 0) -> np.ndarray:
    """An ellipse around (x, y)."""
    angle = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return turn(np.stack([radius_x * np.cos(angle), radius_y * np.sin(angle)], axis=1), degrees) + (x, y)


def limb(start: Sequence[float], end: Sequence[float], start_radius: float, end_radius: float) -> np.ndarray:
    """A tapered bar with round ends."""
    start, end = np.asarray(start, dtype=float), np.asarray(end, dtype=float)
    direction = np.arctan2(*(end - start)[::-1])
    half = np.linspace(np.pi / 2, 3 * np.pi / 2, 9) + direction
    round_ = np.stack([np.cos(half), np.sin(half)], axis=1)
    return np.concatenate([start + start_radius * round_, end - end_radius * round_])


def box(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    """A rectangle."""
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], dtype=float)


def turn(points: np.ndarray, degrees: float) -> np.ndarray:
    """Rotate around the origin; positive is clockwise on the image."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return points @ np.array([(cosine, sine), (-sine, cosine)])


def reach(start: Sequence[float], length: float, degrees: float) -> np.ndarray:
    """The end of a bone; 0 degrees points ahead, 90 down."""
    return np.asarray(start) + turn(np.array([(length, 0.)]), degrees)[0]


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


@dataclass
class Canvas:
    """The canvas, `OVERSAMPLING` times the image's size.

    Attributes:
        rgb: colours (H, W, 3), uint8.
        label: VOC's class of each pixel (H, W), uint8.
        owner: (H, W) int16, twice the number of the visible object, plus one in its head; -1 for none.
    """

    rgb: np.ndarray
    label: np.ndarray = field(init=False)
    owner: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        """Start with an empty canvas."""
        self.label = np.zeros(self.rgb.shape[:2], dtype=np.uint8)
        self.owner = np.full(self.rgb.shape[:2], -1, dtype=np.int16)

    def fill(self, outline: np.ndarray, paint: Paint, label: int = 0, owner: int = -1) -> None:
        """Fill a polygon in canvas pixels, clipped to the canvas."""
        rows, columns = inside(outline, self.label.shape)
        self.rgb[rows, columns] = paint(rows, columns)
        self.label[rows, columns] = label
        self.owner[rows, columns] = owner

    def darken(self, outline: np.ndarray, percent: int) -> None:
        """Draw a shadow."""
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
    """Reduce the canvas to image and mask at the image's size; pixels with more than one class become void."""
    height, width = (side // OVERSAMPLING for side in canvas.label.shape)
    blocks = (height, OVERSAMPLING, width, OVERSAMPLING)
    image = canvas.rgb.reshape(*blocks, 3).sum(axis=(1, 3), dtype=np.int64) // OVERSAMPLING**2
    label = canvas.label.reshape(blocks)
    low, high = label.min(axis=(1, 3)), label.max(axis=(1, 3))
    return image, np.where(low == high, low, VOID).astype(np.uint8)
