"""Vehicles: a body on wheels, and a front that says what it is."""
import numpy as np

from .chance import between, pick
from .classes import HABIT_SHARE, HABITS
from .colours import BLACK, GLASS, PAINTS, Colour, pick_colour
from .outlines import box, ellipse, limb, turn
from .paint import plain, striped
from .part import Part


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


FRONTS = {'bus': bus_front, 'car': car_front}
