"""The objects: animals and vehicles, as parts in their own coordinates.

The unit is about the length of the body; x points ahead, and feet or wheels have the largest y. For a head, the unit
is its radius and the origin is the end of the neck.
"""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .shapes import (
    BLACK,
    COATS,
    GLASS,
    PAINTS,
    WHITE,
    Colour,
    Paint,
    between,
    box,
    ellipse,
    limb,
    pick,
    pick_colour,
    plain,
    reach,
    shade,
    speckled,
    striped,
    turn,
)

SAMPLE_CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
# Places of each pair: some are more frequent, but the place does not determine the class.
PLACES = {
    **dict.fromkeys(('cat', 'dog'), ('room', 'room', 'garden', 'garden', 'street', 'yard')),
    **dict.fromkeys(('cow', 'horse'), ('meadow', 'meadow', 'yard', 'yard', 'garden', 'street')),
    **dict.fromkeys(('bus', 'car'), ('street', 'street', 'street', 'yard', 'meadow', 'garden')),
}
# Frequent colours and patterns of a class, as cats are often tabby: a hint over the whole body; only the head
# determines the class.
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


@dataclass
class Part:
    """An outline and its paint; `head` marks the parts that distinguish the classes of a pair."""

    outline: np.ndarray
    paint: Paint
    head: bool = False


@dataclass(frozen=True)
class Build:
    """Proportions of both animals in a pair, in body lengths."""

    hip: float
    chest: float
    leg: float
    leg_radius: float
    neck: float
    head: float
    tail: float


def animal(rng: np.random.Generator, name: str, unit: float) -> list[Part]:
    """A quadruped in a random pose: standing, walking, sitting (small ones), grazing (large ones)."""
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


SMALL = Build(hip=0.17, chest=0.16, leg=0.3, leg_radius=0.05, neck=0.1, head=0.2, tail=0.52)
LARGE = Build(hip=0.21, chest=0.22, leg=0.46, leg_radius=0.055, neck=0.26, head=0.19, tail=0.36)
ANIMALS = {
    'cat': (SMALL, cat_head), 'dog': (SMALL, dog_head), 'cow': (LARGE, cow_head), 'horse': (LARGE, horse_head)
}


def vehicle(rng: np.random.Generator, name: str) -> list[Part]:
    """A body with windows and a stripe, two wheels, and a front that determines the class."""
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


FRONTS = {'bus': bus_front, 'car': car_front}
