"""Backgrounds (a room, a street, a garden, a meadow, a yard) and things that occlude objects there."""
import cv2
import numpy as np

from .shapes import (
    COATS,
    PAINTS,
    Canvas,
    Colour,
    between,
    box,
    ellipse,
    pick,
    pick_colour,
    plain,
    speckled,
    striped,
)


def background(rng: np.random.Generator, place: str, shape: tuple[int, int], horizon: int) -> Canvas:
    """Draw a place without objects; the ground starts at row `horizon`."""
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


def mottle(rng: np.random.Generator, colour: Colour, shape: tuple[int, int], cell: int, depth: int) -> np.ndarray:
    """A textured plane (H, W, 3): smooth spots of about `cell` pixels and fine grain, both +-`depth`."""
    height, width = shape
    coarse = rng.integers(0, 2 * depth + 1, (height // cell + 2, width // cell + 2), dtype=np.uint8)
    blotches = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR_EXACT).astype(np.int16)
    grain = rng.integers(0, 2 * depth + 1, ((height + 2) // 3, (width + 2) // 3)).astype(np.int16)
    grain = grain.repeat(3, axis=0).repeat(3, axis=1)[:height, :width]
    return np.clip((blotches + grain - 2 * depth)[..., None] + np.asarray(colour), 0, 255).astype(np.uint8)


def furnish_room(rng: np.random.Generator, canvas: Canvas, horizon: int) -> None:
    """Wallpaper, floor boards, paintings, a cupboard, a rug."""
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
    """Draw something in front of the objects: a bush, a post, a crate."""
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
