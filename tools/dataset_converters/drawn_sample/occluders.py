"""What stands before the objects."""
import numpy as np

from .canvas import Canvas
from .chance import between, pick
from .outlines import box, ellipse
from .paint import plain, speckled, striped


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
