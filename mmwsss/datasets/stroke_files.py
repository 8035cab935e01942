"""Reading scribbles, points and boxes in the formats in which they are published."""
import json
import math
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

import numpy as np
from PIL import Image

from mmwsss.pseudo_labels.strokes import UNLABELLED, Box, Stroke
from mmwsss.utils.errors import InputError, first_names

from .label_ids import ClassIds


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
    root = _parse(path)
    if root.tag != 'annotation' or root.find('polygon') is None:
        found = 'boxes (object)' if root.find('object') is not None else f'<{root.tag}> without a <polygon>'
        raise InputError(f'{path} has no scribbles, but {found}. It must be ScribbleSup\'s XML with at least one '
                         '<polygon>; remove an image without scribbles from the list.')
    _check_image(root, path, size)
    strokes = []
    for number, polygon in enumerate(root.iterfind('polygon'), 1):
        what = f'{path}: scribble {number}'
        label = _label(polygon.findtext('tag'), ids, what)
        points = np.array([[_number(point, key, what) for key in 'XY'] for point in polygon.iterfind('point')])
        if not len(points):
            raise InputError(f'{what} has no points. Remove it, or draw it again.')
        _clip(points, size, what)
        strokes.append(Stroke(label, points))
    return strokes


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
        content = _load_json(path)
        if not isinstance(content, dict) or not all(
                isinstance(entries, list) and all(isinstance(entry, dict) and {'x', 'y', 'cls'} <= set(entry)
                                                  for entry in entries) for entries in content.values()):
            raise InputError(f'{path} is no file of points. It must be {{image: [{{"x": .., "y": .., "cls": ..}}, '
                             '...], ...}, as What\'s the Point publishes them.')
        for name, entries in content.items():
            result.setdefault(_image_id(name), []).extend(entries)
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
            label = _label(label, ids.names, one)
        elif isinstance(label, bool) or not isinstance(label, int | float) or label not in {*ids.numbers, UNLABELLED}:
            raise InputError(f'{one} has the class {label!r}. It must be {_span(ids.numbers)}, 255 or a name.')
        elif label == UNLABELLED:
            continue
        else:
            label = ids.numbers[int(label)]
        try:
            points = np.array([[float(entry['x']), float(entry['y'])]])
        except (TypeError, ValueError) as error:
            raise InputError(f'{one} has x={entry["x"]!r}, y={entry["y"]!r}. Both must be numbers.') from error
        _clip(points, size, one)
        strokes.append(Stroke(label, points))
    if not strokes:
        raise InputError(f'{what} has no points with a class. Remove the image from the list.')
    return strokes


def read_voc_boxes(path: Path, ids: Mapping[str, int], size: tuple[int, int]) -> list[Box]:
    """Read the boxes of an image in VOC's XML, `object/bndbox` with corners from 1 on, which belong to the box.

    Difficult objects count, their parts do not. A file without objects is an image of background; it must have a size.

    Args:
        path: the file, `<id of the image>.xml`.
        ids: class name -> its id in mask files, or 255 for a class that is not used.
        size: height and width of the image.

    Raises:
        InputError: the file is missing or damaged, of another format, image or data set, or a box has no area or
            lies outside of the image.
    """
    root = _parse(path)
    if root.tag != 'annotation' or (root.find('object') is None and root.find('polygon') is not None):
        raise InputError(f'{path} is no annotation of boxes. It must be VOC\'s XML with <object> and <bndbox>.')
    _check_image(root, path, size)
    if root.find('object') is None and root.find('size') is None:
        raise InputError(f'{path} has neither <object> nor <size>. Complete it; an image without objects needs <size>, '
                         'so that a cut or empty file does not count as background.')
    boxes = []
    for number, entry in enumerate(root.iterfind('object'), 1):
        what = f'{path}: box {number}'
        corners = entry.find('bndbox')
        if corners is None:
            raise InputError(f'{what} has no <bndbox>. Complete it, or remove the object.')
        label = _label(entry.findtext('name'), ids, what)
        left, top, right, bottom = (_number(corners, key, what) for key in ('xmin', 'ymin', 'xmax', 'ymax'))
        boxes.append(_box(label, left - 1, top - 1, right, bottom, size, what))
    return boxes


def read_coco_boxes(path: Path) -> dict[str, tuple[tuple[int, int], list[tuple[str, list[float], bool]]]]:
    """Read the boxes of all images of COCO's `instances_*.json`.

    Returns:
        `file_name` without suffix -> (height, width), and for each box its class name, `[x, y, width, height]`, and
        whether it is a crowd.

    Raises:
        InputError: the file is missing, damaged, or of another format.
    """
    content = _load_json(path)
    try:
        names = {entry['id']: str(entry['name']) for entry in content['categories']}
        images: dict[Any, tuple[str, tuple[int, int], list[tuple[str, list[float], bool]]]] = {
            entry['id']: (_image_id(entry['file_name']), (int(entry['height']), int(entry['width'])), [])
            for entry in content['images']}
        for number, entry in enumerate(content['annotations'], 1):
            for key, known in (('image_id', images), ('category_id', names)):
                if entry[key] not in known:
                    raise InputError(f'{path}: annotation {number} has {key}={entry[key]!r}, which the file does not '
                                     'list. Correct or remove it.')
            images[entry['image_id']][2].append((names[entry['category_id']], entry['bbox'],
                                                 bool(entry.get('iscrowd', 0))))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f'{path} is no file of boxes in COCO\'s format, or an entry lacks a field '
                         f'({type(error).__name__}: {error}). It must have images, categories, and annotations with '
                         'image_id, category_id and bbox.') from error
    seen: set[str] = set()
    for name, _, _ in images.values():
        if name in seen:
            raise InputError(f'{path} has two images of the name {name}. Keep one, with all boxes.')
        seen.add(name)
    return {name: (size, boxes) for name, size, boxes in images.values()}


def coco_boxes_of(entry: tuple[tuple[int, int], Sequence[tuple[str, Sequence[float], bool]]], ids: Mapping[str, int],
                  size: tuple[int, int], what: str) -> list[Box]:
    """The boxes of an image; crowds get the label 255.

    Args:
        entry: from :func:`read_coco_boxes`.
        ids: class name -> its id in mask files, or 255 for a class that is not used.
        size: height and width of the image.
        what: image and file, for messages.

    Raises:
        InputError: the size differs, a class is unknown, or a box has no area or lies outside of the image.
    """
    if entry[0] != size:
        raise InputError(_other_size(what, entry[0], size))
    boxes = []
    for number, (name, corners, crowd) in enumerate(entry[1], 1):
        one = f'{what}: box {number}'
        try:
            left, top, width, height = map(float, corners)
        except (TypeError, ValueError) as error:
            raise InputError(f'{one} has bbox={corners!r}. It must be [x, y, width, height].') from error
        label = _label(name, ids, one)
        boxes.append(_box(UNLABELLED if crowd else label, left, top, left + width, top + height, size, one))
    return boxes


def read_stroke_png(path: Path, numbers: Mapping[int, int], size: tuple[int, int]) -> np.ndarray:
    """Read a label map of drawn strokes.

    Args:
        path: a grey or palette PNG with ids as in mask files, 255 unlabelled.
        numbers: id in mask files -> the same, or 255 for a class that is not used.
        size: height and width of the image.

    Returns:
        `(H, W)` uint8; classes that are not used became 255.

    Raises:
        InputError: the file is missing or damaged, or has another size or other values.
    """
    try:
        with Image.open(path) as file:
            labels = np.array(file)
    except (OSError, SyntaxError, ValueError) as error:
        raise InputError(f'{path} is missing or cannot be decoded: {error}. Add it, or remove its image from the '
                         'list.') from error
    if labels.ndim != 2 or labels.dtype != np.uint8:
        raise InputError(f'{path} has {labels.dtype} values of shape {labels.shape}. Save one class id per pixel, as a '
                         'grey or palette PNG of 8 bits.')
    if labels.shape != size:
        raise InputError(_other_size(str(path), labels.shape, size))
    strange = sorted(set(np.unique(labels).tolist()) - {*numbers, UNLABELLED})
    if strange:
        raise InputError(f'{path} has the value {strange[0]}, which is neither a class ({_span(numbers)}) nor 255. Is '
                         'it of another data set?')
    table = np.full(256, UNLABELLED, dtype=np.uint8)
    table[list(numbers)] = list(numbers.values())
    return table[labels]


def _parse(path: Path) -> ElementTree.Element:
    try:
        return ElementTree.parse(path).getroot()
    except FileNotFoundError as error:
        raise InputError(f'{path} does not exist. Add it, or remove its image from the list.') from error
    except (OSError, ElementTree.ParseError, ValueError) as error:
        raise InputError(f'{path} cannot be read as XML: {error}. Replace it.') from error


def _load_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise InputError(f'{path} does not exist. Check the path.') from error
    except OSError as error:
        raise InputError(f'{path} cannot be read: {error.strerror}. Give a JSON file.') from error
    except (ValueError, RecursionError) as error:
        raise InputError(f'{path} is not valid JSON, perhaps cut off: {error}. Replace it.') from error


def _image_id(name: str) -> str:
    """An image's path without suffix."""
    path = PurePosixPath(name)
    return str(path.with_suffix('')) if path.suffix.lower() in ('.jpg', '.jpeg', '.png') else str(path)


def _span(numbers: Mapping[int, int]) -> str:
    return f'{min(numbers)} to {max(numbers)}'


def _label(name: str | None, ids: Mapping[str, int], what: str) -> int:
    name = (name or '').strip()
    if name not in ids:
        raise InputError(f'{what} has the class {name!r}, which the data set does not have. Its classes are '
                         f'{first_names(ids, 25)}. Is it of another data set?')
    return ids[name]


def _number(element: ElementTree.Element, key: str, what: str) -> float:
    text = element.findtext(key)
    try:
        value = float(text or '')
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f'{what} has {key}={text!r}, which is no number. Correct it.')
    return value


def _check_image(root: ElementTree.Element, path: Path, size: tuple[int, int]) -> None:
    """Compare name and size in an XML with those of the image; what a file does not have passes."""
    name = PureWindowsPath((root.findtext('filename') or '').strip())  # splits at both kinds of slashes
    if name.name and path.stem not in (name.name, name.stem):
        raise InputError(f'{path} is of another image: its <filename> is {name.name}. Replace it, or correct '
                         '<filename>.')
    found = root.find('size')
    if found is None:
        return
    given = tuple(round(_number(found, key, str(path))) for key in ('height', 'width'))
    if given != size:
        raise InputError(_other_size(str(path), given, size))


def _other_size(what: str, given: Sequence[int], size: Sequence[int]) -> str:
    return (f'{what} is of an image of {given[0]} x {given[1]}, but the image is {size[0]} x {size[1]} (height x '
            'width). Is it of another data set?')


def _clip(points: np.ndarray, size: tuple[int, int], what: str) -> None:
    """Clip points to the image, and refuse them if all are more than a pixel outside; hands slip over the border."""
    height, width = size
    inside = ((points >= -1) & (points <= (width, height))).all(axis=1)  # False where it is no number
    if not inside.any():
        x, y = points[0]
        raise InputError(f'{what} lies outside of the image of {height} x {width} (height x width), e.g. at ({x:g}, '
                         f'{y:g}). Correct or remove it, or is it of another data set?')
    np.clip(points, 0, (width - 1, height - 1), out=points)


def _box(label: int, left: float, top: float, right: float, bottom: float, size: tuple[int, int], what: str) -> Box:
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
                         f'{right:g}, y from {top:g} to {bottom:g}. Correct or remove it, or is it of another data '
                         'set?')
    return Box(label, first_x, first_y, last_x, last_y)
