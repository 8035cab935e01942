"""One image and its mask."""
from copy import deepcopy

import numpy as np

from .backgrounds import background
from .canvas import OVERSAMPLING, reduce_canvas
from .chance import between, pick
from .classes import PLACES, SAMPLE_CLASSES
from .scene import draw_scene

SPLITS = ('train', 'val')


def draw_image(index: int, split: str, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw one image; it depends on nothing but the arguments.

    Args:
        index: number of the image in its split.
        split: one of `SPLITS`.
        size: the longer side in pixels.
        seed: of the whole sample.

    Returns:
        The image (H, W, 3) uint8 RGB, and its mask (H, W) uint8 with VOC's classes, 0 background, 255 where a
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


def choose_classes(rng: np.random.Generator, index: int) -> list[str]:
    """Classes of one to three objects; the first goes round so that all classes are as frequent."""
    first = SAMPLE_CLASSES[index % len(SAMPLE_CLASSES)]
    count = int(rng.choice((1, 2, 3), p=(0.7, 0.22, 0.08)))
    return [first] + [first if rng.random() < 0.4 else pick(rng, SAMPLE_CLASSES) for _ in range(count - 1)]
