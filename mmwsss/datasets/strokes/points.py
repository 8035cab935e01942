"""Reading points in the JSON of What's the Point."""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmwsss.datasets.label_ids import ClassIds
from mmwsss.pseudo_labels.strokes import UNLABELLED, Stroke
from mmwsss.utils.errors import InputError
from mmwsss.utils.json_file import read_json

from .checks import clip_points, image_id, label_of, span


def read_points(paths: Sequence[Path]) -> dict[str, list[dict[str, Any]]]:
    """Read JSON files of What's the Point: `{image: [{"x": 1, "y": 2, "cls": 3, ...}, ...], ...}`.

    Args:
        paths: files whose points add up, e.g. of objects and of the background.

    Returns:
        id of the image (without suffix) -> its entries.

    Raises:
        InputError: a file is missing, damaged, or of another format.
    """
    result: dict[str, list[dict[str, Any]]] = {}
    for path in paths:
        content = read_json(path)
        if not isinstance(content, dict) or not all(
                isinstance(entries, list) and all(isinstance(entry, dict) and {'x', 'y', 'cls'} <= set(entry)
                                                  for entry in entries) for entries in content.values()):
            raise InputError(f'{path} is no file of points. It must be {{image: [{{"x": .., "y": .., "cls": ..}}, '
                             '...], ...}, as What\'s the Point publishes them.')
        for name, entries in content.items():
            result.setdefault(image_id(name), []).extend(entries)
    return result


def points_of(entries: Sequence[Mapping[str, Any]], ids: ClassIds, size: tuple[int, int],
              what: str) -> list[Stroke]:
    """The points of an image.

    Args:
        entries: from :func:`read_points`; `cls` is an id in mask files or a name. Points of 255 are unlabelled; they
            are left out. VOC's ids are the numbers that What's the Point publishes, 0 for the background.
        ids: of the classes.
        size: height and width of the image.
        what: image and file, for messages.

    Raises:
        InputError: a class is unknown, a point lies outside of the image, or none is left.
    """
    strokes = []
    for number, entry in enumerate(entries, 1):
        one = f'{what}: point {number}'
        label = entry['cls']
        if isinstance(label, str):
            label = label_of(label, ids.names, one)
        elif isinstance(label, bool) or not isinstance(label, int | float) or label not in {*ids.numbers, UNLABELLED}:
            raise InputError(f'{one} has the class {label!r}. It must be {span(ids.numbers)}, 255 or a name.')
        elif label == UNLABELLED:
            continue
        else:
            label = ids.numbers[int(label)]
        try:
            points = np.array([[float(entry['x']), float(entry['y'])]])
        except (TypeError, ValueError) as error:
            raise InputError(f'{one} has x={entry["x"]!r}, y={entry["y"]!r}. Both must be numbers.') from error
        clip_points(points, size, one)
        strokes.append(Stroke(label, points))
    if not strokes:
        raise InputError(f'{what} has no points with a class. Remove the image from the list.')
    return strokes
