"""Heads of animals: the unit is the head's radius, the neck ends at the origin."""
import numpy as np

from .colours import BLACK, WHITE, Colour, shade
from .outlines import box, ellipse, limb
from .paint import Paint, plain, striped
from .part import Part


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
