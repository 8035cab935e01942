"""Draw the sample: a small data set in VOC's layout, for machines that have no VOC.

Six of VOC's classes in three pairs (cat and dog, cow and horse, bus and car). The two of a pair share body, poses and
places, and their colours only hint at the class: a small part, head or front, decides. So a classifier looks at that
part, while the mask wants all of the object. Masks are exact: pixels that mix two classes are void (255).
"""
import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent))
from voc import (
    CLASSES,
    LABELS,
    LISTS,
    MASKS,
    PICTURES,
    VOID,
    InputError,
    Progress,
    atomic_path,
    end_with_message,
    palette_image,
    write_labels,
    write_text,
)

EPILOG = """\
example:
  python tools/dataset_converters/sample.py data/sample
"""
# Raise it when the same parameters give other pictures than before.
VERSION = 2
STAMP = 'sample.json'
SAMPLE_CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
SPLITS = ('train', 'val')
# Everything is drawn this many times larger and averaged.
OVERSAMPLING = 3
# Of an object and of its head, the share that must be seen for the picture to be kept.
VISIBLE_OBJECT, VISIBLE_HEAD = 0.45, 0.75
# Relative size of the objects, by how many there are.
CROWD = {1: 1.05, 2: 0.82, 3: 0.7}
# Where a pair is met: more often in its own places, but the place decides nothing.
PLACES = {
    **dict.fromkeys(('cat', 'dog'), ('room', 'room', 'garden', 'garden', 'street', 'yard')),
    **dict.fromkeys(('cow', 'horse'), ('meadow', 'meadow', 'yard', 'yard', 'garden', 'street')),
    **dict.fromkeys(('bus', 'car'), ('street', 'street', 'street', 'yard', 'meadow', 'garden')),
}
COATS = {
    'black': (38, 36, 38), 'white': (232, 228, 218), 'grey': (128, 128, 132), 'brown': (112, 74, 46),
    'ginger': (196, 120, 58), 'tan': (206, 174, 128), 'slate': (84, 86, 100), 'russet': (166, 96, 70),
}
PAINTS = {
    'red': (206, 56, 48), 'blue': (52, 92, 190), 'white': (232, 232, 228), 'green': (62, 140, 84),
    'yellow': (236, 192, 60), 'grey': (128, 132, 140), 'black': (60, 60, 68), 'purple': (140, 84, 160),
}
# What a class often looks like, as cats are often tabby: a hint of the class over all of the body, which nothing but
# the head decides.
HABITS = {
    'cat': (('ginger', 'grey', 'slate'), 'striped'),
    'dog': (('tan', 'brown', 'black'), 'plain'),
    'cow': (('white', 'black'), 'spotted'),
    'horse': (('russet', 'brown', 'ginger'), 'plain'),
    'bus': (('yellow', 'red', 'green'), None),
    'car': (('blue', 'white', 'grey'), None),
}
HABIT_SHARE = 0.8
PATTERNS = ('plain', 'plain', 'spotted', 'striped')
BLACK, WHITE, GLASS = (24, 22, 24), (240, 238, 232), (168, 206, 224)

Colour = Sequence[int]
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


def shade(colour: Colour, percent: int) -> np.ndarray:
    """A colour made darker (below 100) or lighter."""
    return np.clip(np.asarray(colour) * percent // 100, 0, 255)


def between(rng: np.random.Generator, low: float, high: float) -> float:
    """A number between two."""
    return low + (high - low) * rng.random()


def pick(rng: np.random.Generator, options: Sequence) -> Any:
    """One of several."""
    return options[rng.integers(len(options))]


def pick_colour(rng: np.random.Generator, colours: dict[str, Colour]) -> Colour:
    """One of the named colours."""
    return colours[pick(rng, tuple(colours))]


# Outlines: (n, 2) points (x, y), y down. ----------------------------------------------------------


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
    """Rotate around the origin; positive is clockwise on the picture."""
    cosine, sine = np.cos(np.deg2rad(degrees)), np.sin(np.deg2rad(degrees))
    return points @ np.array([(cosine, sine), (-sine, cosine)])


def reach(start: Sequence[float], length: float, degrees: float) -> np.ndarray:
    """The end of a bone; 0 degrees points ahead, 90 down."""
    return np.asarray(start) + turn(np.array([(length, 0.)]), degrees)[0]


# Objects: parts in a frame whose unit is about the body's length, x ahead, feet or wheels at the largest y. -----------


@dataclass
class Part:
    """An outline and its paint; `head` marks what tells the classes of a pair apart."""

    outline: np.ndarray
    paint: Paint
    head: bool = False


@dataclass(frozen=True)
class Build:
    """Proportions that the two animals of a pair share, in body lengths."""

    hip: float
    chest: float
    leg: float
    leg_radius: float
    neck: float
    head: float
    tail: float


SMALL = Build(hip=0.17, chest=0.16, leg=0.3, leg_radius=0.05, neck=0.1, head=0.2, tail=0.52)
LARGE = Build(hip=0.21, chest=0.22, leg=0.46, leg_radius=0.055, neck=0.26, head=0.19, tail=0.36)


def draw_coat(rng: np.random.Generator, name: str, unit: float) -> tuple[Colour, Paint]:
    """Colour and coat of an animal of a class; `unit` is the body's length in canvas pixels."""
    colours, pattern = HABITS[name] if rng.random() < HABIT_SHARE else (tuple(COATS), pick(rng, PATTERNS))
    colour = COATS[pick(rng, colours)]
    second = shade(colour, 62) if sum(colour) > 300 else shade(colour, 190)
    cell = max(int(unit * 0.09), 2)
    if pattern == 'spotted':
        return colour, speckled(rng, colour, second, 2 * cell, 35)
    if pattern == 'striped':
        return colour, striped(colour, second, cell, slant=int(rng.integers(-2, 3)))
    return colour, plain(colour)


def animal(rng: np.random.Generator, name: str, unit: float) -> list[Part]:
    """A quadruped in a pose of its own: standing, walking, sitting (small ones), grazing (large ones)."""
    build, head = ANIMALS[name]
    colour, coat = draw_coat(rng, name, unit)
    far = plain(shade(colour, 70))
    sits = build is SMALL and rng.random() < 0.25
    rise = between(rng, 32, 48) if sits else between(rng, -6, 8)
    hip = np.array([-0.36, 0.])
    shoulder = reach(hip, 0.66, -rise)
    parts = legs(rng, build, (hip, shoulder), sits, far)
    parts += tail(rng, build, hip, coat)
    parts.append(Part(limb(hip, shoulder, build.hip, build.chest), coat))
    parts += legs(rng, build, (hip, shoulder), sits, coat)
    grazes = build is LARGE and rng.random() < 0.25
    lift = between(rng, -50, -20) if grazes else between(rng, 25, 70)
    root = reach(shoulder, build.chest * 0.5, -lift)
    nape = reach(root, build.neck, -lift)
    parts.append(Part(limb(root, nape, build.chest * 0.72, build.head * 0.62), coat))
    tilt = between(rng, -22, 22) + (20 if grazes else 0)
    size = build.head * between(rng, 0.92, 1.15)
    for part in head(colour, coat):
        parts.append(Part(turn(part.outline * size, tilt) + nape, part.paint, head=True))
    return parts


def legs(rng: np.random.Generator, build: Build, joints: Sequence[np.ndarray], sits: bool,
         paint: Paint) -> list[Part]:
    """A hind leg and a foreleg with bent knees; those of a sitting animal reach the same ground."""
    ground = build.hip * 0.6 + build.leg
    thick, thin = build.leg_radius * 1.1, build.leg_radius
    parts = []
    for joint, forward in zip(joints, (1, -1), strict=True):
        top = joint + (between(rng, -0.06, 0.06), build.hip * 0.35)
        bone = 0.52 * (ground * (0.55 if sits else 1) - top[1])
        swing, bend = between(rng, -22, 22), forward * between(rng, 0, 12)
        knee = reach(top, bone, 90 + swing + bend)
        foot = reach(knee, bone, 90 + swing / 3 - bend)
        for start, end, width, end_width in ((top, knee, 1.4 * thick, thick), (knee, foot, thick, thin),
                                             (foot, foot + (0.05, 0), thin, 0.8 * thin)):
            parts.append(Part(limb(start, end, width, end_width), paint))
    return parts


def tail(rng: np.random.Generator, build: Build, hip: np.ndarray, coat: Paint) -> Iterator[Part]:
    """Three segments, each bent against the one before."""
    end, degrees = hip + (-build.hip * 0.8, -build.hip * 0.3), between(rng, 130, 230)
    curl = between(rng, -45, 45)
    for segment in range(3):
        start, end = end, reach(end, build.tail / 3, degrees)
        degrees += curl
        yield Part(limb(start, end, 0.042, 0.038 if segment < 2 else 0.05), coat)


# Heads: unit is the head's radius, the neck ends at the origin. -----------------------------------


def cat_head(colour: Colour, coat: Paint) -> list[Part]:
    """Round, with pointed pink ears, green eyes, a white muzzle."""
    pink, green = plain((240, 150, 160)), plain((90, 220, 70))
    ears = [np.array(points) for points in ([(-0.95, -0.2), (-0.8, -1.65), (0., -0.85)],
                                            [(0., -0.85), (0.75, -1.7), (0.95, -0.2)])]
    parts = [Part(ear, plain(shade(colour, 85))) for ear in ears]
    parts += [Part((ear - ear.mean(axis=0)) * 0.62 + ear.mean(axis=0), pink) for ear in ears]
    parts.append(Part(ellipse(0, 0, 1.05, 0.95), coat))
    parts.append(Part(ellipse(0.3, 0.42, 0.6, 0.42), plain(WHITE)))
    parts.append(Part(np.array([(0.15, 0.15), (0.55, 0.15), (0.35, 0.42)]), pink))
    for x in (-0.2, 0.62):
        parts.append(Part(ellipse(x, -0.18, 0.28, 0.32), green))
        parts.append(Part(ellipse(x, -0.18, 0.09, 0.27), plain(BLACK)))
    return parts


def dog_head(colour: Colour, coat: Paint) -> list[Part]:
    """A long snout, black nose, red tongue, a hanging dark ear, a collar."""
    parts = [Part(limb((-0.95, 0.5), (-0.1, 1.15), 0.2, 0.2), plain((60, 110, 220)))]
    parts.append(Part(limb((1.05, 0.5), (0.95, 1.25), 0.22, 0.25), plain((226, 52, 66))))
    parts.append(Part(ellipse(0, 0, 0.95, 0.85), coat))
    parts.append(Part(limb((0.35, 0.15), (1.35, 0.3), 0.5, 0.4), plain((214, 180, 140))))
    parts.append(Part(ellipse(1.65, 0.12, 0.24, 0.22), plain(BLACK)))
    parts.append(Part(ellipse(-0.4, 0.2, 0.4, 0.95, 12), plain((70, 42, 28))))
    parts.append(Part(ellipse(0.4, -0.3, 0.2, 0.2), plain(WHITE)))
    parts.append(Part(ellipse(0.45, -0.3, 0.12, 0.12), plain(BLACK)))
    return parts


def cow_head(colour: Colour, coat: Paint) -> list[Part]:
    """Cream horns, a broad pink muzzle, a yellow ear tag."""
    cream, pink = plain((238, 222, 180)), plain((238, 160, 160))
    parts = [Part(limb((x, -0.6), (1.9 * x, -1.5), 0.22, 0.12), cream) for x in (-0.45, 0.45)]
    parts.append(Part(limb((-0.6, -0.4), (-1.3, -0.25), 0.26, 0.3), plain(shade(colour, 75))))
    parts.append(Part(box(-1.5, -0.2, -1.05, 0.35), plain((250, 214, 30))))
    parts.append(Part(limb((0, -0.2), (0.7, 0.7), 0.82, 0.6), coat))
    parts.append(Part(limb((0.15, -0.5), (0.6, 0.5), 0.2, 0.24), plain(WHITE)))
    parts.append(Part(ellipse(0.85, 0.95, 0.72, 0.5, 30), pink))
    parts += [Part(ellipse(x, 0.95, 0.13, 0.1), plain((120, 50, 60))) for x in (0.65, 1.1)]
    parts.append(Part(ellipse(0.35, -0.2, 0.17, 0.17), plain(BLACK)))
    return parts


def horse_head(colour: Colour, coat: Paint) -> list[Part]:
    """Long and narrow, with a dark mane down the neck and a bridle."""
    mane, bridle = striped((44, 26, 18), (92, 60, 34), 2, slant=3), plain((196, 40, 150))
    parts = [Part(np.array([(x, -0.45), (x + 0.12, -1.2), (x + 0.4, -0.45)]), plain(shade(colour, 80)))
             for x in (-0.3, 0.1)]
    parts.append(Part(limb((0, -0.1), (1.3, 1.0), 0.66, 0.4), coat))
    parts.append(Part(limb((1.25, 0.98), (1.5, 1.15), 0.38, 0.34), plain((64, 58, 60))))
    parts.append(Part(limb((0.42, -0.55), (0.1, 0.72), 0.1, 0.1), bridle))
    parts.append(Part(limb((1.3, 0.35), (0.72, 1.05), 0.1, 0.1), bridle))
    parts.append(Part(limb((0.2, 0.35), (0.98, 0.75), 0.08, 0.08), bridle))
    parts.append(Part(limb((0.15, -0.75), (-0.65, 0.0), 0.26, 0.4), mane))
    parts.append(Part(limb((-0.65, 0.0), (-1.15, 1.2), 0.4, 0.3), mane))
    parts.append(Part(ellipse(0.4, 0.02, 0.15, 0.15), plain(BLACK)))
    return parts


# Vehicles. ----------------------------------------------------------------------------------------


def vehicle(rng: np.random.Generator, name: str) -> list[Part]:
    """A body with windows and a stripe, two wheels, and a front that says what it is."""
    colour = PAINTS[pick(rng, HABITS[name][0] if rng.random() < HABIT_SHARE else tuple(PAINTS))]
    top = -between(rng, 0.3, 0.4)
    lean = between(rng, -3, 3)
    parts = [Part(np.array([(-0.5, 0.), (-0.5, top + 0.05), (-0.45, top), (0.22, top), (0.22, 0.)]), plain(colour))]
    if rng.random() < 0.6:
        parts.append(Part(box(-0.5, top * 0.42, 0.22, top * 0.42 + 0.05), plain(pick_colour(rng, PAINTS))))
    count = int(rng.integers(2, 5))
    pitch = 0.66 / count
    for window in range(count):
        left = -0.46 + window * pitch
        parts.append(Part(box(left, top * 0.85, left + pitch * 0.78, top * 0.52), plain(GLASS)))
    parts += [Part(part.outline, part.paint, head=True) for part in FRONTS[name](colour, top)]
    for x in (-0.3, 0.24):
        parts.append(Part(ellipse(x, 0.01, 0.1, 0.1), plain((34, 34, 38))))
        parts.append(Part(ellipse(x, 0.01, 0.05, 0.05), plain((178, 180, 184))))
    return [Part(turn(part.outline * 1.25, lean), part.paint, part.head) for part in parts]


def bus_front(colour: Colour, top: float) -> list[Part]:
    """A flat tall cab with a wide windscreen and an orange sign."""
    sign = max(-top * 0.26, 0.06)
    return [
        Part(box(0.21, top, 0.44, 0), plain(colour)),
        Part(box(0.28, top + sign, 0.44, top * 0.42), plain((120, 196, 236))),
        Part(box(0.2, top - 0.02, 0.46, top + sign), plain((30, 30, 34))),
        Part(box(0.22, top, 0.44, top + sign * 0.72), striped((255, 150, 20), (120, 60, 10), 3)),
        Part(box(0.4, -0.12, 0.46, -0.06), plain((255, 240, 120))),
        Part(box(0.21, -0.03, 0.47, 0.02), plain(BLACK)),
    ]


def car_front(colour: Colour, top: float) -> list[Part]:
    """A slanted windscreen, a bonnet with a grille and a round lamp."""
    bonnet = top * 0.48
    return [
        Part(np.array([(0.21, 0.), (0.21, top), (0.26, top), (0.36, bonnet), (0.5, bonnet * 0.85), (0.54, 0.)]),
             plain(colour)),
        Part(np.array([(0.23, bonnet), (0.23, top * 0.9), (0.25, top * 0.9), (0.34, bonnet)]), plain((60, 70, 96))),
        Part(box(0.46, bonnet * 0.7, 0.54, -0.02), striped((210, 212, 216), (40, 40, 44), 3)),
        Part(ellipse(0.42, bonnet * 0.6, 0.055, 0.055), plain((255, 252, 220))),
        Part(limb((0.35, -0.02), (0.55, -0.02), 0.03, 0.03), plain((190, 30, 120))),
    ]


ANIMALS = {
    'cat': (SMALL, cat_head), 'dog': (SMALL, dog_head), 'cow': (LARGE, cow_head), 'horse': (LARGE, horse_head)
}
FRONTS = {'bus': bus_front, 'car': car_front}


# The scene. ---------------------------------------------------------------------------------------


@dataclass
class Canvas:
    """What is drawn so far, `OVERSAMPLING` times the picture's size.

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


def mottle(rng: np.random.Generator, colour: Colour, shape: tuple[int, int], cell: int, depth: int) -> np.ndarray:
    """A textured plane (H, W, 3): smooth blotches of about `cell` pixels and fine grain, both +-`depth`."""
    height, width = shape
    coarse = rng.integers(0, 2 * depth + 1, (height // cell + 2, width // cell + 2), dtype=np.uint8)
    blotches = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR_EXACT).astype(np.int16)
    grain = rng.integers(0, 2 * depth + 1, ((height + 2) // 3, (width + 2) // 3)).astype(np.int16)
    grain = grain.repeat(3, axis=0).repeat(3, axis=1)[:height, :width]
    return np.clip((blotches + grain - 2 * depth)[..., None] + np.asarray(colour), 0, 255).astype(np.uint8)


def background(rng: np.random.Generator, place: str, shape: tuple[int, int], horizon: int) -> Canvas:
    """A place without objects; the ground begins at the row `horizon`."""
    height, width = shape
    far = {'room': pick(rng, ((206, 190, 160), (170, 186, 200), (200, 170, 170), (180, 196, 170))),
           'street': (184, 196, 210)}.get(place, pick(rng, ((150, 190, 232), (186, 200, 216), (120, 168, 220))))
    near = {'room': pick(rng, ((150, 104, 66), (122, 92, 80), (170, 150, 130))), 'street': (104, 104, 108),
            'garden': (92, 150, 62), 'meadow': pick(rng, ((112, 152, 70), (138, 154, 76))),
            'yard': (168, 138, 100)}[place]
    rgb = np.concatenate([mottle(rng, far, (horizon, width), 60, 7),
                          mottle(rng, near, (height - horizon, width), 14, 16)])
    canvas = Canvas(rgb)
    furnish = {'room': furnish_room, 'street': furnish_street, 'garden': furnish_garden, 'meadow': furnish_land,
               'yard': furnish_land}[place]
    furnish(rng, canvas, horizon)
    return canvas


def furnish_room(rng: np.random.Generator, canvas: Canvas, horizon: int) -> None:
    """Wallpaper, floor boards, a picture, a cupboard, a rug."""
    height, width = canvas.label.shape
    if rng.random() < 0.5:
        for x in range(0, width, 36):
            canvas.darken(box(x, 0, x + 15, horizon), 94)
    for y in range(horizon, height, 24):
        canvas.darken(box(0, y, width, y + 2), 75)
    for _ in range(rng.integers(1, 4)):
        x, y = between(rng, 0, width), between(rng, 0.1, 0.5) * horizon
        w, h = between(rng, 0.12, 0.25) * width, between(rng, 0.25, 0.45) * horizon
        canvas.fill(box(x, y, x + w, y + h), plain((92, 66, 44)))
        art = speckled(rng, pick_colour(rng, PAINTS), pick_colour(rng, COATS), 24, 50)
        canvas.fill(box(x + 6, y + 6, x + w - 6, y + h - 6), art)
    if rng.random() < 0.6:
        x, w = between(rng, -0.1, 0.8) * width, between(rng, 0.2, 0.4) * width
        canvas.fill(box(x, between(rng, 0.3, 0.6) * horizon, x + w, horizon + 20), plain(pick_colour(rng, COATS)))
    if rng.random() < 0.5:
        rug = striped(pick_colour(rng, PAINTS), pick_colour(rng, COATS), 18)
        canvas.fill(ellipse(between(rng, 0.2, 0.8) * width, (horizon + height) / 2, width * 0.4, 50), rug)


def furnish_street(rng: np.random.Generator, canvas: Canvas, horizon: int) -> None:
    """Houses with windows, a kerb, lane marks."""
    height, width = canvas.label.shape
    x = -30.
    while x < width:
        w, top = between(rng, 0.14, 0.3) * width, between(rng, 0., 0.6) * horizon
        wall = pick(rng, ((150, 96, 80), (176, 164, 148), (128, 128, 134), (196, 180, 140)))
        canvas.fill(box(x, top, x + w, horizon), plain(wall))
        for column in np.arange(x + 9, x + w - 15, 27):
            for row in np.arange(top + 9, horizon - 24, 33):
                lit = pick(rng, ((70, 80, 96), (214, 206, 150)))
                canvas.fill(box(column, row, column + 13, row + 18), plain(lit))
        x += w
    canvas.fill(box(0, horizon, width, horizon + 15), plain((164, 160, 154)))
    lane = (horizon + height) / 2 + between(rng, -20, 20)
    for x in range(int(rng.integers(-60, 0)), width, 90):
        canvas.fill(box(x, lane, x + 48, lane + 8), plain((222, 220, 206)))


def furnish_garden(rng: np.random.Generator, canvas: Canvas, horizon: int) -> None:
    """A hedge or a fence, flowers."""
    height, width = canvas.label.shape
    if rng.random() < 0.5:
        hedge = speckled(rng, (46, 96, 44), (70, 124, 54), 12, 50)
        for x in range(0, width + 30, 30):
            canvas.fill(ellipse(x, horizon - between(rng, 0, 30), 40, 40), hedge)
    else:
        for x in range(0, width, 30):
            canvas.fill(box(x, horizon - 66, x + 18, horizon + 8), plain((176, 140, 100)))
        canvas.fill(box(0, horizon - 48, width, horizon - 36), plain((150, 116, 80)))
    for _ in range(rng.integers(0, 25)):
        x, y = between(rng, 0, width), between(rng, horizon, height)
        canvas.fill(ellipse(x, y, 5, 5), plain(pick_colour(rng, PAINTS)))
    blades(rng, canvas, horizon)


def furnish_land(rng: np.random.Generator, canvas: Canvas, horizon: int) -> None:
    """Clouds, hills, trees, tufts."""
    height, width = canvas.label.shape
    for _ in range(rng.integers(0, 5)):
        x, y = between(rng, 0, width), between(rng, 0, 0.6) * horizon
        canvas.fill(ellipse(x, y, between(rng, 25, 80), between(rng, 8, 24)), plain((226, 230, 236)))
    hills = plain(pick(rng, ((104, 130, 110), (120, 140, 150), (86, 120, 70))))
    for _ in range(rng.integers(0, 4)):
        x, radius = between(rng, 0, width), between(rng, 80, 260)
        canvas.fill(ellipse(x, horizon + 15, radius, between(rng, 20, 80)), hills)
    canvas.rgb[horizon:] = canvas.rgb[horizon:] // 2 + canvas.rgb[horizon:][::-1] // 2
    for _ in range(rng.integers(0, 4)):
        x, size = between(rng, 0, width), between(rng, 25, 60)
        canvas.fill(box(x - 5, horizon - size, x + 5, horizon + 12), plain((92, 70, 50)))
        canvas.fill(ellipse(x, horizon - size, size * 0.6, size * 0.7),
                    speckled(rng, (60, 104, 50), (84, 128, 60), 12, 50))
    blades(rng, canvas, horizon)


def blades(rng: np.random.Generator, canvas: Canvas, horizon: int) -> None:
    """Short strokes over the ground."""
    height, width = canvas.label.shape
    for _ in range(120):
        x, y = between(rng, 0, width), between(rng, horizon, height)
        stroke = np.array([(x, y), (x + 3, y), (x + between(rng, -4, 6), y - between(rng, 8, 18))])
        canvas.darken(stroke, int(rng.integers(70, 92)))


def occlude(rng: np.random.Generator, canvas: Canvas, place: str) -> None:
    """Something of the background before the objects: a bush, a post, a crate."""
    height, width = canvas.label.shape
    x = between(rng, 0.05, 0.95) * width
    if place in ('garden', 'meadow', 'yard') and rng.random() < 0.6:
        leaves = speckled(rng, (52, 100, 42), (92, 138, 58), 12, 50)
        for _ in range(5):
            radius = between(rng, 18, 40)
            canvas.fill(ellipse(x + between(rng, -45, 45), height - between(rng, 0, 40), radius, radius), leaves)
    elif rng.random() < 0.5:
        canvas.fill(box(x, 0, x + between(rng, 9, 20), height), plain(pick(rng, ((88, 84, 80), (130, 96, 66)))))
    else:
        size = between(rng, 50, 90)
        canvas.fill(box(x, height - size, x + 1.3 * size, height + 1), striped((150, 112, 70), (118, 86, 54), 14))


def choose_classes(rng: np.random.Generator, index: int) -> list[str]:
    """Classes of one to three objects; the first goes round so that all classes are as frequent."""
    first = SAMPLE_CLASSES[index % len(SAMPLE_CLASSES)]
    count = int(rng.choice((1, 2, 3), p=(0.7, 0.22, 0.08)))
    return [first] + [first if rng.random() < 0.4 else pick(rng, SAMPLE_CLASSES) for _ in range(count - 1)]


def draw_picture(index: int, split: str, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw one picture; it depends on nothing but the arguments.

    Args:
        index: number of the picture in its split.
        split: one of `SPLITS`.
        size: the longer side in pixels.
        seed: of the whole sample.

    Returns:
        The picture (H, W, 3) uint8 RGB, and its mask (H, W) uint8 with VOC's classes, 0 background, 255 where a
        pixel mixes classes.
    """
    rng = np.random.Generator(np.random.PCG64([seed, SPLITS.index(split), index]))
    names = choose_classes(rng, index)
    width, height = (side * size // 4 * OVERSAMPLING for side in pick(rng, ((4, 3), (4, 3), (3, 4), (4, 4))))
    place = pick(rng, PLACES[names[0]])
    horizon = int(between(rng, 0.36, 0.55) * height)
    empty = background(rng, place, (height, width), horizon)
    canvas = None
    while canvas is None:
        canvas = draw_scene(rng, deepcopy(empty), names, place, horizon)
    image, mask = reduce_canvas(canvas)
    light = rng.integers(84, 114) + rng.integers(-5, 6, 3)
    noise = rng.integers(-7, 8, image.shape)
    return np.clip(image * light // 100 + noise, 0, 255).astype(np.uint8), mask


def draw_scene(rng: np.random.Generator, canvas: Canvas, names: Sequence[str], place: str,
               horizon: int) -> Canvas | None:
    """Objects from far to near on an empty place; `None` where too little of one of them is seen."""
    height, width = canvas.label.shape
    depths = np.sort(rng.random(len(names)))
    drawn = []
    for number, (name, depth) in enumerate(zip(names, depths, strict=True)):
        unit = max(height, width) * between(rng, 0.48, 0.66) * (0.8 + 0.25 * depth) * CROWD[len(names)]
        bottom = horizon + (0.25 + 0.7 * depth) * (height - horizon)
        drawn.append(place_object(rng, canvas, name, number, min(unit, 0.62 * width), bottom))
    if rng.random() < 0.3:
        occlude(rng, canvas, place)
    for number, (area, head_area) in enumerate(drawn):
        head = np.count_nonzero(canvas.owner == 2 * number + 1)
        rest = np.count_nonzero(canvas.owner == 2 * number)
        if head < VISIBLE_HEAD * head_area or head + rest < VISIBLE_OBJECT * area:
            return None
    return canvas


def place_object(rng: np.random.Generator, canvas: Canvas, name: str, number: int, unit: float,
                 bottom: float) -> tuple[int, int]:
    """Draw an object with its feet on the row `bottom`.

    Returns:
        The canvas pixels of the whole object and of its head, were nothing before them and the canvas endless.
    """
    height, width = canvas.label.shape
    parts = vehicle(rng, name) if name in FRONTS else animal(rng, name, unit)
    scale = np.array([unit * pick(rng, (-1, 1)), unit])
    points = np.concatenate([part.outline for part in parts]) * scale
    low, high = points.min(axis=0), points.max(axis=0)
    overhang = 0.12 * (high[0] - low[0])
    x = between(rng, -low[0] - overhang, width - high[0] + overhang)
    shift = np.array([x, bottom - high[1]])
    canvas.darken(ellipse(x + (low[0] + high[0]) / 2, bottom, (high[0] - low[0]) * 0.42, unit * 0.06), 66)
    whole = Canvas(np.zeros((*np.ceil(high - low).astype(int)[::-1] + 2, 3), dtype=np.uint8))
    for part in parts:
        outline = part.outline * scale
        owner = 2 * number + part.head
        canvas.fill(outline + shift, part.paint, CLASSES.index(name), owner)
        whole.fill(outline - low, plain(BLACK), owner=owner)
    return np.count_nonzero(whole.owner >= 0), np.count_nonzero(whole.owner == 2 * number + 1)


def reduce_canvas(canvas: Canvas) -> tuple[np.ndarray, np.ndarray]:
    """Canvas -> picture and mask at the picture's size; pixels of more than one class become void."""
    height, width = (side // OVERSAMPLING for side in canvas.label.shape)
    blocks = (height, OVERSAMPLING, width, OVERSAMPLING)
    image = canvas.rgb.reshape(*blocks, 3).sum(axis=(1, 3), dtype=np.int64) // OVERSAMPLING**2
    label = canvas.label.reshape(blocks)
    low, high = label.min(axis=(1, 3)), label.max(axis=(1, 3))
    return image, np.where(low == high, low, VOID).astype(np.uint8)


# The folder. --------------------------------------------------------------------------------------


def claim_folder(out: Path, parameters: dict) -> None:
    """Mark a folder as ours before anything is drawn into it.

    Args:
        out: new, empty, or holding (a part of) this sample.
        parameters: what decides the pictures.

    Raises:
        InputError: the folder holds something else, or a sample with other parameters.
    """
    stamp = out / STAMP
    if out.exists() and not out.is_dir():
        raise InputError(f'{out} is a file. Give a folder for the sample.')
    if not stamp.is_file():
        # Hidden files do not count: a run that was killed early may have left one.
        others = sorted(path.name for path in out.glob('[!.]*'))
        if others:
            raise InputError(f'{out} holds something else ({others[0]}). Give a new folder for the sample.')
        write_text(stamp, json.dumps(parameters) + '\n')
        return
    try:
        found = json.loads(stamp.read_text(encoding='utf-8'))
    except ValueError:
        found = None
    if found != parameters:
        raise InputError(f'{out} holds a sample with other parameters ({found}, not {parameters}). Give another '
                         'folder, or remove this one.')


def write_picture(out: Path, split: str, index: int, parameters: dict) -> tuple[list[str], bool]:
    """Draw a picture and its mask unless both are there and decode.

    Returns:
        The classes in the mask, and whether there was need to draw.
    """
    name = picture_id(split, index)
    image_path, mask_path = out / PICTURES / f'{name}.jpg', out / MASKS / f'{name}.png'
    drawn = False
    mask = read_mask(image_path, mask_path)
    if mask is None:
        drawn = True
        image, mask = draw_picture(index, split, parameters['size'], parameters['seed'])
        with atomic_path(mask_path) as temporary:
            palette_image(mask).save(temporary)
        with atomic_path(image_path) as temporary:
            Image.fromarray(image).save(temporary, quality=90)
    return [CLASSES[value] for value in np.unique(mask) if value not in (0, VOID)], drawn


def read_mask(image_path: Path, mask_path: Path) -> np.ndarray | None:
    """The mask of an earlier run; `None` where it or its picture is missing or damaged."""
    try:
        with Image.open(image_path) as image, Image.open(mask_path) as mask:
            image.load()
            return np.array(mask)
    except (OSError, SyntaxError):  # PIL's words for broken files
        return None


def picture_id(split: str, index: int) -> str:
    """The id of a picture."""
    return f'{split}_{index:04d}'


def write_sample(out: Path, train: int, val: int, size: int, seed: int) -> int:
    """Write the sample, or what is missing of it.

    Args:
        out: the folder, see :func:`claim_folder`.
        train: pictures of the training split.
        val: pictures of the validation split.
        size: longer side of the pictures in pixels.
        seed: another seed, other pictures.

    Returns:
        How many pictures were drawn; 0 where all was there.
    """
    parameters = dict(sample='mmwsss', version=VERSION, train=train, val=val, size=size, seed=seed)
    claim_folder(out, parameters)
    lists = {split: [picture_id(split, index) for index in range(parameters[split])] for split in SPLITS}
    progress = Progress('Drawing', train + val)
    labels, count = {}, 0
    for split, ids in lists.items():
        for index, name in enumerate(ids):
            labels[name], drawn = write_picture(out, split, index, parameters)
            count += drawn
            progress.step()
    for split, ids in dict(lists, train_aug=lists['train']).items():
        write_text(out / LISTS / f'{split}.txt', ''.join(f'{name}\n' for name in ids))
    write_labels(out / LABELS, labels)
    return count


def parse_args(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, epilog=EPILOG,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('out', type=Path, metavar='OUT', help='new folder, or that of the same sample')
    for name, default, text in (('train', 240, 'training pictures'), ('val', 60, 'validation pictures'),
                                ('size', 160, 'longer side of the pictures in pixels'), ('seed', 0, 'of the drawing')):
        parser.add_argument(f'--{name}', type=int, default=default, help=f'{text} (default: %(default)s)')
    args = parser.parse_args(arguments)
    if args.train < 1 or args.val < 1:
        parser.error('--train and --val must be at least 1')
    if args.size < 64:
        parser.error('--size must be at least 64: a head is a tenth of it')
    if args.seed < 0:
        parser.error('--seed must not be negative')
    return args


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sample; the exit status."""
    args = parse_args(arguments)
    count = write_sample(args.out, args.train, args.val, args.size, args.seed)
    print(f'{args.out}: {count} pictures drawn' if count else f'{args.out} holds this sample already')
    return 0


if __name__ == '__main__':
    end_with_message(main)
