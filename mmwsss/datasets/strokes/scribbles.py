"""Reading scribbles in ScribbleSup's XML."""
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mmwsss.pseudo_labels.strokes import Stroke
from mmwsss.utils.errors import InputError

from .checks import annotation_of, clip_points, label_of, number_of, require_image


def read_scribbles(path: Path, ids: Mapping[str, int], size: tuple[int, int]) -> list[Stroke]:
    """Read the scribbles of an image in ScribbleSup's XML.

    `<annotation><size>...</size><polygon><tag>class</tag><point><X>..</X><Y>..</Y></point>...</polygon>...`, with
    points in pixels from 0 on. Published files have points outside of the image; they are clipped to it.

    Args:
        path: the file, `<id of the image>.xml`.
        ids: class name or alias -> its id in mask files, or 255 for a class that is not used; with `background`.
        size: height and width of the image.

    Raises:
        InputError: the file is missing or damaged, of another format, image or data set, or has no scribble, a
            scribble without points, or one all of whose points lie outside of the image.
    """
    root = annotation_of(path)
    if root.tag != 'annotation' or root.find('polygon') is None:
        found = 'boxes (object)' if root.find('object') is not None else f'<{root.tag}> without a <polygon>'
        raise InputError(f'{path} has no scribbles, but {found}. It must be ScribbleSup\'s XML with at least one '
                         '<polygon>; remove an image without scribbles from the list.')
    require_image(root, path, size)
    strokes = []
    for number, polygon in enumerate(root.iterfind('polygon'), 1):
        what = f'{path}: scribble {number}'
        label = label_of(polygon.findtext('tag'), ids, what)
        points = np.array([[number_of(point, key, what) for key in 'XY'] for point in polygon.iterfind('point')])
        if not len(points):
            raise InputError(f'{what} has no points. Remove it, or draw it again.')
        clip_points(points, size, what)
        strokes.append(Stroke(label, points))
    return strokes
