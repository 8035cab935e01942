"""Image-level labels from VOC's annotations."""
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable
from pathlib import Path

from converter_parts.messages import some, warn
from converter_parts.mmwsss_utils import InputError
from voc_layout.image_labels import read_labels, write_labels
from voc_layout.names import ANNOTATIONS, CLASSES, LABELS

from .published import VOC_SOURCE


def write_image_labels(root: Path, ids: Iterable[str]) -> None:
    """Write the image-level labels of images from their annotations."""
    labels, absent = {}, []
    for name in sorted(set(ids)):
        path = root / ANNOTATIONS / f'{name}.xml'
        if path.is_file():
            labels[name] = read_annotation(path)
        else:
            absent.append(name)
    if absent:
        warn(f'{len(absent)} images have no annotation in {root / ANNOTATIONS}, e.g. {some(absent)}: they get no '
             'labels.')
    empty = [name for name, classes in labels.items() if not classes]
    if empty:
        warn(f'{len(empty)} annotations name no object, e.g. {some(empty)}.')
    path = root / LABELS
    if path.is_file() and read_labels(path) == labels:
        print(f'{LABELS}: labels of {len(labels)} images were there')
        return
    write_labels(path, labels)
    print(f'{LABELS}: labels of {len(labels)} images')


def read_annotation(path: Path) -> list[str]:
    """The classes of the objects in an annotation of VOC, difficult ones too, in VOC's order.

    Raises:
        InputError: no XML, or an object that is none of VOC's classes.
    """
    try:
        names = {node.findtext('name', '').strip() for node in ElementTree.parse(path).iter('object')}
    except ElementTree.ParseError as error:
        raise InputError(f'The annotation {path} is damaged ({error}). Unpack {VOC_SOURCE} again.') from error
    strange = sorted(names - set(CLASSES[1:]))
    if strange:
        raise InputError(f'The annotation {path} has objects that are no classes of VOC: {some(strange)}.')
    return [name for name in CLASSES if name in names]
