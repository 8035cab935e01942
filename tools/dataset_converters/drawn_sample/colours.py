"""Colours by name, (red, green, blue) of 0 to 255."""
from collections.abc import Sequence

import numpy as np

from .chance import pick

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


def shade(colour: Colour, percent: int) -> np.ndarray:
    """A colour made darker (below 100) or lighter."""
    return np.clip(np.asarray(colour) * percent // 100, 0, 255)


def pick_colour(rng: np.random.Generator, colours: dict[str, Colour]) -> Colour:
    """One of the named colours."""
    return colours[pick(rng, tuple(colours))]
