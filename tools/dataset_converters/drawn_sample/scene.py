"""Objects in a place, so that enough of each is seen."""
from collections.abc import Sequence

import numpy as np
from voc_layout.names import CLASSES

from .animals import animal
from .canvas import Canvas
from .chance import between, pick
from .colours import BLACK
from .occluders import occlude
from .outlines import ellipse
from .paint import plain
from .vehicles import FRONTS, vehicle

# Of an object and of its head, the share that must be seen for the image to be kept.
VISIBLE_OBJECT, VISIBLE_HEAD = 0.45, 0.75
# Relative size of the objects, by how many there are.
CROWD = {1: 1.05, 2: 0.82, 3: 0.7}


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
