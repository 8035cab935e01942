"""Reading boxes in VOC's XML."""
from collections.abc import Mapping
from pathlib import Path

from mmwsss.pseudo_labels.strokes import Box
from mmwsss.utils.errors import InputError

from .checks import annotation_of, clipped_box, label_of, number_of, require_image


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
    root = annotation_of(path)
    if root.tag != 'annotation' or (root.find('object') is None and root.find('polygon') is not None):
        raise InputError(f'{path} is no annotation of boxes. It must be VOC\'s XML with <object> and <bndbox>.')
    require_image(root, path, size)
    if root.find('object') is None and root.find('size') is None:
        raise InputError(f'{path} has neither <object> nor <size>. Complete it; an image without objects needs <size>, '
                         'so that a cut or empty file does not count as background.')
    boxes = []
    for number, entry in enumerate(root.iterfind('object'), 1):
        what = f'{path}: box {number}'
        corners = entry.find('bndbox')
        if corners is None:
            raise InputError(f'{what} has no <bndbox>. Complete it, or remove the object.')
        label = label_of(entry.findtext('name'), ids, what)
        left, top, right, bottom = (number_of(corners, key, what) for key in ('xmin', 'ymin', 'xmax', 'ymax'))
        boxes.append(clipped_box(label, left - 1, top - 1, right, bottom, size, what))
    return boxes
