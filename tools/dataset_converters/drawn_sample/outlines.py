"""Outlines: (n, 2) points (x, y), y down."""
from collections.abc import Sequence

import numpy as np


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
