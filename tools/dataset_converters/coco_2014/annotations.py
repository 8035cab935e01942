"""Reading COCO's instance annotations."""
import json
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from mmwsss.utils.errors import InputError, first_names

SOURCE = 'annotations_trainval2014.zip from the home page of MS COCO'


class Instance(NamedTuple):
    """An object: its class, 1 to C; polygons or run lengths; area in pixels; whether it is a crowd."""

    label: int
    segmentation: Any
    area: float
    crowd: bool


class AnnotatedImage(NamedTuple):
    """An image: its file name, height, width, and instances."""

    file_name: str
    height: int
    width: int
    instances: list[Instance]


class Annotations(NamedTuple):
    """The class names in the order of their ids, and the images in the order of their ids."""

    classes: tuple[str, ...]
    images: list[AnnotatedImage]


def read_annotations(path: Path) -> Annotations:
    """Read an `instances_*.json`.

    Args:
        path: the file; 450 MB of train2014 take about 4 GB of memory.

    Returns:
        Class `c + 1` of an instance is `classes[c]`.

    Raises:
        InputError: the file is missing, damaged or incomplete, or an annotation names an unknown image or category.
    """
    if not path.is_file():
        raise InputError(f'The annotations {path} do not exist. Unpack {SOURCE}.')
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise InputError(f'{path} is not valid JSON, perhaps cut off: {error}. Unpack {SOURCE} again.') from error
    sections = ('images', 'annotations', 'categories')
    if not isinstance(content, dict) or not all(isinstance(content.get(name), list) for name in sections):
        raise InputError(f'{path} has no lists {", ".join(sections)}, so these are no instance annotations. '
                         f'Take an instances_*.json, e.g. of {SOURCE}.')
    try:
        return _collect(content, path)
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f'{path} has an entry without a field or with a wrong one ({type(error).__name__}: {error}). '
                         f'Unpack {SOURCE} again.') from error


def _collect(content: dict, path: Path) -> Annotations:
    names = {int(entry['id']): str(entry['name']) for entry in sorted(content['categories'], key=lambda one: one['id'])}
    if not names or len(names) > 254 or len(set(names.values())) < len(content['categories']):
        raise InputError(f'{path} has {len(names)} categories, or some twice. A mask can hold 1 to 254.')
    labels = {category: index for index, category in enumerate(names, 1)}
    images = {int(entry['id']): AnnotatedImage(_file_name(entry['file_name']), int(entry['height']),
                                               int(entry['width']), [])
              for entry in sorted(content['images'], key=lambda one: one['id'])}
    ids = {PurePosixPath(image.file_name).with_suffix('') for image in images.values()}
    if len(ids) < len(content['images']):
        raise InputError(f'{path} lists {len(content["images"]) - len(ids)} images twice, or under names that differ '
                         f'in their suffix only. Unpack {SOURCE} again, or rename the images.')
    no_image, no_category = [], []
    for entry in content['annotations']:
        if entry['image_id'] not in images:
            no_image.append(f'annotation {entry["id"]} of image {entry["image_id"]}')
        elif entry['category_id'] not in labels:
            no_category.append(f'annotation {entry["id"]} of category {entry["category_id"]}')
        else:
            images[entry['image_id']].instances.append(Instance(
                labels[entry['category_id']], entry['segmentation'], float(entry['area']),
                bool(entry.get('iscrowd', 0))))
    for what, wrong in (('images', no_image), ('categories', no_category)):
        if wrong:
            raise InputError(f'{path}: {len(wrong)} annotations belong to {what} that the file does not list, e.g. '
                             f'{first_names(wrong)}. Unpack {SOURCE} again, or remove them.')
    return Annotations(tuple(names.values()), list(images.values()))


def _file_name(name: str) -> str:
    """The name, which must not lead outside the image folder."""
    parts = PurePosixPath(name).parts
    if not parts or name.startswith('/') or '..' in parts or '\\' in name:
        raise ValueError(f'file_name {name!r}')
    return name
