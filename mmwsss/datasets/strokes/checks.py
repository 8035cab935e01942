"""Checks that all kinds of strokes share: classes, numbers, sizes, and edges of the image."""
import math
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from xml.etree.ElementTree import Element

import numpy as np

from mmwsss.datasets.image_labels import IMAGE_SUFFIXES
from mmwsss.pseudo_labels.strokes import Box
from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.image_ids import clean_id
from mmwsss.utils.xml_file import read_xml


def annotation_of(path: Path) -> Element:
    """The root of an image's XML.

    Raises:
        InputError: the file is missing or damaged.
    """
    try:
        return read_xml(path, 'Replace it.')
    except FileNotFoundError as error:
        raise InputError(f'{path} does not exist. Add it, or remove its image from the list.') from error


def require_image(root: Element, path: Path, size: tuple[int, int]) -> None:
    """Compare name and size in an XML with those of the image; what a file does not have passes."""
    name = PureWindowsPath((root.findtext('filename') or '').strip())  # splits at both kinds of slashes
    if name.name and path.stem not in (name.name, name.stem):
        raise InputError(f'{path} belongs to another image: its <filename> is {name.name}. Replace it, or correct '
                         '<filename>.')
    found = root.find('size')
    if found is None:
        return
    given = tuple(round(number_of(found, key, str(path))) for key in ('height', 'width'))
    if given != size:
        raise InputError(other_size(str(path), given, size))


def number_of(element: Element, key: str, what: str) -> float:
    """The finite number in a child of an element; `what` names the element in messages."""
    text = element.findtext(key)
    try:
        value = float(text or '')
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f'{what} has {key}={text!r}, which is no number. Correct it.')
    return value


def label_of(name: str | None, ids: Mapping[str, int], what: str) -> int:
    """The id in mask files of a class, by its name; `what` names the stroke in messages."""
    name = (name or '').strip()
    if name not in ids:
        raise InputError(f'{what} has the class {name!r}, which the data set does not have. Its classes are '
                         f'{first_names(ids, 25)}. Does it belong to another data set?')
    return ids[name]


def image_id(name: str) -> str:
    """An image's path without suffix."""
    path = PurePosixPath(clean_id(name))
    return str(path.with_suffix('')) if path.suffix.lower() in IMAGE_SUFFIXES else str(path)


def span(numbers: Mapping[int, int]) -> str:
    """The ids of the classes, for messages."""
    return f'{min(numbers)} to {max(numbers)}'


def other_size(what: str, given: Sequence[int], size: Sequence[int]) -> str:
    """The message that annotations are of an image of another size, each (height, width)."""
    return (f'{what} is of an image of {given[0]} x {given[1]}, but the image is {size[0]} x {size[1]} (height x '
            'width). Does it belong to another data set?')


def clip_points(points: np.ndarray, size: tuple[int, int], what: str) -> None:
    """Clip points to the image, and refuse them if all are more than a pixel outside; hands slip over the border."""
    height, width = size
    inside = ((points >= -1) & (points <= (width, height))).all(axis=1)  # False where it is no number
    if not inside.any():
        x, y = points[0]
        raise InputError(f'{what} lies outside of the image of {height} x {width} (height x width), e.g. at ({x:g}, '
                         f'{y:g}). Correct or remove it, or does it belong to another data set?')
    np.clip(points, 0, (width - 1, height - 1), out=points)


def clipped_box(label: int, left: float, top: float, right: float, bottom: float, size: tuple[int, int],
                what: str) -> Box:
    """A box from its edges, clipped to the image.

    Raises:
        InputError: it has no area, or none inside of the image.
    """
    if not (left < right and top < bottom and all(map(math.isfinite, (left, top, right, bottom)))):
        raise InputError(f'{what} has no area: x from {left:g} to {right:g}, y from {top:g} to {bottom:g}. Correct or '
                         'remove it.')
    height, width = size
    first_x, first_y = max(math.floor(left + 1e-6), 0), max(math.floor(top + 1e-6), 0)
    last_x, last_y = min(math.ceil(right - 1e-6), width) - 1, min(math.ceil(bottom - 1e-6), height) - 1
    if last_x < first_x or last_y < first_y:
        raise InputError(f'{what} lies outside of the image of {height} x {width} (height x width): x from {left:g} to '
                         f'{right:g}, y from {top:g} to {bottom:g}. Correct or remove it, or does it belong to another '
                         'data set?')
    return Box(label, first_x, first_y, last_x, last_y)
