"""Drawing one image and its mask, with enough of each object visible."""
from collections.abc import Sequence
from copy import deepcopy

import numpy as np
from voc_layout import CLASSES

from .backgrounds import background, occlude
from .objects import FRONTS, PLACES, SAMPLE_CLASSES, animal, vehicle
from .shapes import BLACK, OVERSAMPLING, Canvas, between, ellipse, pick, plain, reduce_canvas

SPLITS = ('train', 'val')
# The minimum visible share of an object and of its head.
VISIBLE_OBJECT, VISIBLE_HEAD = 0.45, 0.75
# Number of objects -> their relative size.
CROWD = {1: 1.05, 2: 0.82, 3: 0.7}


def draw_image(index: int, split: str, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw one image; it depends only on the arguments.

    Args:
        index: number of the image in its split.
        split: one of `SPLITS`.
        size: the longer side in pixels.
        seed: seed of the whole sample.

    Returns:
        The image (H, W, 3) uint8 RGB, and its mask (H, W) uint8 with VOC's classes, 0 for background, 255 for pixels
        that mix classes.
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


def choose_classes(rng: np.random.Generator, index: int) -> list[str]:
    """Choose the classes of one to three objects; the first one cycles, so that all classes are equally frequent."""
    first = SAMPLE_CLASSES[index % len(SAMPLE_CLASSES)]
    count = int(rng.choice((1, 2, 3), p=(0.7, 0.22, 0.08)))
    return [first] + [first if rng.random() < 0.4 else pick(rng, SAMPLE_CLASSES) for _ in range(count - 1)]


def draw_scene(rng: np.random.Generator, canvas: Canvas, names: Sequence[str], place: str,
               horizon: int) -> Canvas | None:
    """Draw objects from far to near in an empty place; `None` if too little of any object is visible."""
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
        The areas of the whole object and its head in canvas pixels, without occlusion or clipping.
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
