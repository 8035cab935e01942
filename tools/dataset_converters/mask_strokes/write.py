"""Writing scribbles, points and boxes in the formats in which data sets publish them."""
import json
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np
from PIL import Image
from voc_layout import CLASSES, VOID, write_text

from mmwsss.utils.errors import InputError
from mmwsss.utils.image_ids import file_of_id
from mmwsss.utils.worker_pool import run_parallel

from .derive import Region, regions_of

SCRIBBLES, BOXES, POINTS = 'Scribbles', 'Boxes', 'points.json'


def write_strokes(masks: Path, ids: Sequence[str], out: Path, classes: Sequence[str] = CLASSES,
                  workers: int = 1) -> dict[str, int]:
    """Derive strokes from masks; files that have the same content stay unchanged.

    Written are `Scribbles/<id>.xml` (ScribbleSup's format), `Boxes/<id>.xml` (VOC's) and `points.json` (What's the
    Point's).

    Args:
        masks: folder of `<id>.png`.
        ids: of the images.
        out: the folder.
        classes: names by id, the background first.
        workers: processes.

    Returns:
        The numbers of `images`, `scribbles`, `points` and `boxes`.

    Raises:
        InputError: a mask is missing, damaged, has unknown values, or has no region.
    """
    tasks = [(str(masks / f'{name}.png'), name, str(out), tuple(classes)) for name in ids]
    found = dict(zip(ids, run_parallel('Strokes', write_image, tasks, workers), strict=True))
    points = {name: entries for name, (entries, _, _) in found.items()}
    lines = [f'{json.dumps(name)}: {json.dumps(entries)}' for name, entries in sorted(points.items())]
    write_text(out / POINTS, '{\n' + ',\n'.join(lines) + '\n}\n')
    return dict(images=len(found), scribbles=sum(one for _, one, _ in found.values()),
                points=sum(map(len, points.values())), boxes=sum(one for _, _, one in found.values()))


def write_image(task: tuple[str, str, str, tuple[str, ...]]) -> tuple[list[dict[str, int]], int, int]:
    """Write the two XML files of an image.

    Args:
        task: path of the mask, id of the image, folder, and classes.

    Returns:
        Its points, and the numbers of scribbles and boxes.
    """
    path, name, out, classes = task
    mask = read_mask(path, classes)
    regions = regions_of(mask)
    if not regions:
        raise InputError(f'{path} has no region of a class that covers 1/1000 of the image. Remove it from the list.')
    objects = [region for region in regions if region.label]
    write_text(file_of_id(Path(out, SCRIBBLES), name, '.xml'), scribble_xml(regions, name, mask.shape, classes))
    write_text(file_of_id(Path(out, BOXES), name, '.xml'), box_xml(objects, name, mask.shape, classes))
    background = sorted((region for region in regions if not region.label), key=lambda one: -one.area)[:1]
    points = [dict(x=region.point[0], y=region.point[1], cls=region.label, rank=rank)
              for rank, region in enumerate([*objects, *background])]
    return points, len(regions), len(objects)


def read_mask(path: str, classes: Sequence[str]) -> np.ndarray:
    """Read a mask.

    Returns:
        `(H, W)` uint8.

    Raises:
        InputError: it is missing or damaged, a colour image, or has a value that is neither a class nor 255.
    """
    try:
        with Image.open(path) as file:
            mask = np.array(file)
    except (OSError, SyntaxError) as error:
        raise InputError(f'{path} is missing or cannot be decoded: {error}. Add it, or remove it from the '
                         'list.') from error
    if mask.ndim != 2 or mask.dtype != np.uint8:
        raise InputError(f'{path} has {mask.dtype} values of shape {mask.shape}. A mask must have one class id per '
                         'pixel.')
    strange = [value for value in np.unique(mask).tolist() if len(classes) <= value < VOID]
    if strange:
        raise InputError(f'{path} has the value {strange[0]}, which is neither a class (0 to {len(classes) - 1}) nor '
                         '255. Give all classes in the order of their ids with --classes.')
    return mask


def scribble_xml(regions: Sequence[Region], name: str, size: Sequence[int], classes: Sequence[str]) -> str:
    """ScribbleSup's format: points in pixels from 0 on."""
    parts = [''.join([f'<polygon><tag>{escape(classes[region.label])}</tag>',
                      *(f'<point><X>{x}</X><Y>{y}</Y></point>' for x, y in region.scribble.tolist()), '</polygon>'])
             for region in regions]
    return _annotation(name, size, parts)


def box_xml(regions: Sequence[Region], name: str, size: Sequence[int], classes: Sequence[str]) -> str:
    """VOC's format: corners from 1 on, which belong to the box."""
    parts = []
    for region in regions:
        corners = ''.join(f'<{key}>{value + 1}</{key}>' for key, value in
                          zip(('xmin', 'ymin', 'xmax', 'ymax'), region.box, strict=True))
        parts.append(f'<object><name>{escape(classes[region.label])}</name><bndbox>{corners}</bndbox></object>')
    return _annotation(name, size, parts)


def _annotation(name: str, size: Sequence[int], parts: Sequence[str]) -> str:
    head = [f'<filename>{escape(name)}.jpg</filename>',
            f'<size><width>{size[1]}</width><height>{size[0]}</height><depth>3</depth></size>']
    return '\n'.join(['<annotation>', *head, *parts, '</annotation>', ''])
