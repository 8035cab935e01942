"""Reading boxes in COCO's JSON."""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmwsss.pseudo_labels.strokes import UNLABELLED, Box
from mmwsss.utils.errors import InputError
from mmwsss.utils.json_file import read_json

from .checks import clipped_box, image_id, label_of, other_size


def read_coco_boxes(path: Path) -> dict[str, tuple[tuple[int, int], list[tuple[str, list[float], bool]]]]:
    """Read the boxes of all images of COCO's `instances_*.json`.

    Returns:
        `file_name` without suffix -> (height, width), and for each box its class name, `[x, y, width, height]`, and
        whether it is a crowd.

    Raises:
        InputError: the file is missing, damaged, or of another format.
    """
    content = read_json(path)
    try:
        names = {entry['id']: str(entry['name']) for entry in content['categories']}
        images: dict[Any, tuple[str, tuple[int, int], list[tuple[str, list[float], bool]]]] = {
            entry['id']: (image_id(entry['file_name']), (int(entry['height']), int(entry['width'])), [])
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
        raise InputError(other_size(what, entry[0], size))
    boxes = []
    for number, (name, corners, crowd) in enumerate(entry[1], 1):
        one = f'{what}: box {number}'
        try:
            left, top, width, height = map(float, corners)
        except (TypeError, ValueError) as error:
            raise InputError(f'{one} has bbox={corners!r}. It must be [x, y, width, height].') from error
        label = label_of(name, ids, one)
        boxes.append(clipped_box(UNLABELLED if crowd else label, left, top, left + width, top + height, size, one))
    return boxes
