"""Animals: a body, legs and a tail in a pose, and a head that says what it is."""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .animal_heads import cat_head, cow_head, dog_head, horse_head
from .chance import between, pick
from .classes import HABIT_SHARE, HABITS
from .colours import COATS, Colour, shade
from .outlines import limb, reach, turn
from .paint import Paint, plain, speckled, striped
from .part import Part


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
ANIMALS = {
    'cat': (SMALL, cat_head), 'dog': (SMALL, dog_head), 'cow': (LARGE, cow_head), 'horse': (LARGE, horse_head)
}
PATTERNS = ('plain', 'plain', 'spotted', 'striped')


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
