"""Reading image-level labels of an unknown data set: the form and the classes are found in the file."""
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.json_file import read_json
from mmwsss.utils.safe_load import load_npy_dict
from mmwsss.utils.walk import walk_files

from .image_labels import IMAGE_SUFFIXES, read_annotation, read_csv_rows
from .label_table import read_label_table
from .own_split import HELD_OUT, LEARNT

FORMS = """\
  a .json file       {"img1": ["cat"], "img2": ["cat", "dog"]}
  a COCO .json file  {"images": [{"id": 1, "file_name": "img1.jpg"}], "categories": [{"id": 3, "name": "cat"}],
                      "annotations": [{"image_id": 1, "category_id": 3}]}
  a .csv file        img1.jpg,cat;dog     or with a header: image,cat,dog and rows such as img1.jpg,1,0
  a .npy file        {'img1': array([1, 0])} with --classes cat,dog     or {'img1': ['cat']}
  a folder of .xml   Annotations/img1.xml, as in PASCAL VOC
  a folder a class   images/cat/img1.jpg, images/dog/img2.jpg, images/none/img3.jpg (no object),
                     also below images/train and images/val"""
NO_OBJECT = ('background', 'none', 'negative')  # folders of images without an object
Labels = dict[str | int, list[str]]


def read_label_form(path: str | os.PathLike, classes: Sequence[str] = ()) -> Labels:
    """Read the image-level labels of images whose classes are not known yet.

    The forms are those of `FORMS`; for CSVs, see :func:`read_label_table`. Of folders for each class, those called
    background, none or negative hold images without an object; folders train, val and test above them are no classes.

    Args:
        path: a file or folder.
        classes: names in the order of multi-hot vectors; elsewhere they are not needed.

    Returns:
        Ids, paths or numbers of images, as the file has them, with the names of their classes, each once. An image
        without an object has none.

    Raises:
        InputError: the path does not exist, is damaged, or has an unknown form; the message shows the known ones.
    """
    path = Path(path)
    if path.is_dir():
        labels = _read_folder(path)
    elif not path.is_file():
        raise InputError(f'The labels {path} do not exist. Give the path of one of these forms:\n{FORMS}')
    elif path.suffix.lower() == '.json':
        labels = _read_json(path)
    elif path.suffix.lower() in ('.csv', '.tsv'):
        labels = _read_csv(path, classes)
    elif path.suffix.lower() in ('.npy', '.pkl', '.pickle'):
        labels = _read_dictionary(path, classes)
    else:
        raise _unknown(path)
    if not labels:
        raise InputError(f'{path} contains no labels. The known forms are:\n{FORMS}')
    return labels


def _unknown(path: Path, why: str = '') -> InputError:
    return InputError(f'{path} has an unknown form{why}. The known forms of labels are:\n{FORMS}')


def _merged(pairs: Iterable[tuple[str | int, Iterable[str]]]) -> Labels:
    """Names by image, each once; entries of one image add up."""
    labels: dict[str | int, dict[str, None]] = defaultdict(dict)
    for key, names in pairs:
        labels[key].update(dict.fromkeys(name.strip() for name in names if name.strip()))
    return {key: list(names) for key, names in labels.items()}


def _read_folder(folder: Path) -> Labels:
    """VOC's XML files, or a folder a class."""
    annotations = sorted(folder / name for name in walk_files(folder, '.xml'))
    if annotations:
        return _merged((path.relative_to(folder).with_suffix('').as_posix(), read_annotation(path))
                       for path in annotations)
    images = [path for path in map(Path, sorted(walk_files(folder, IMAGE_SUFFIXES))) if len(path.parts) > 1]
    if not images:
        raise _unknown(folder, ': it holds neither .xml files nor folders with images')
    depth = int(all(len(path.parts) > 2 and path.parts[0].casefold() in LEARNT | HELD_OUT for path in images))
    return _merged((path.as_posix(), [name for name in path.parts[depth:depth + 1] if name.casefold() not in NO_OBJECT])
                   for path in images)


def _read_json(path: Path) -> Labels:
    content = read_json(path)
    if isinstance(content, dict) and {'images', 'annotations', 'categories'} <= set(content):
        return _read_coco(path, content)
    if not isinstance(content, dict):
        raise _unknown(path, f': it is a {type(content).__name__}')
    for key, names in content.items():
        if not isinstance(names, str) and not (isinstance(names, list) and all(isinstance(one, str) for one in names)):
            raise _unknown(path, f': {key!r} has {str(names)[:60]}, not a list of names')
    return _merged((key, [names] if isinstance(names, str) else names) for key, names in content.items())


def _read_coco(path: Path, content: dict[str, Any]) -> Labels:
    try:
        names = {one['id']: one['name'] for one in content['categories']}
        files = {one['id']: one['file_name'] for one in content['images']}
        found = [(files[one['image_id']], [names[one['category_id']]]) for one in content['annotations']]
    except (KeyError, TypeError) as error:
        raise InputError(f'{path} looks like COCO, but an entry has no or an unknown {error}. Write it again, in this '
                         f'form:\n{FORMS}') from error
    strange = [one for one in (*names.values(), *files.values()) if not isinstance(one, str)]
    if strange:
        raise InputError(f'{path} has the name or file_name {strange[0]!r}, which is not text. Write it in quotes.')
    return _merged([*((name, ()) for name in files.values()), *found])


def _read_csv(path: Path, classes: Sequence[str]) -> Labels:
    rows = read_csv_rows(path)
    if not any(row[1:] for row in rows):
        raise _unknown(path, ': its rows have one cell each')
    return _merged(read_label_table(path, rows, classes))


def _read_dictionary(path: Path, classes: Sequence[str]) -> Labels:
    content = load_npy_dict(path)
    for key in content:
        if not isinstance(key, str | int | np.integer):
            raise _unknown(path, f': it has the key {key!r}')
    return _merged((key if isinstance(key, str) else int(key), _names_of(path, key, value, classes))
                   for key, value in content.items())


def _names_of(path: Path, key: object, value: Any, classes: Sequence[str]) -> list[str]:
    """Names, or those of a multi-hot vector."""
    if isinstance(value, list | tuple) and all(isinstance(name, str) for name in value):
        return list(value)
    if not isinstance(value, np.ndarray | torch.Tensor):
        raise _unknown(path, f': {key!r} has {str(value)[:60]}, neither a vector nor a list of names')
    vector = np.asarray(value)
    if vector.dtype.kind == 'U':
        return vector.ravel().tolist()
    if vector.ndim != 1 or vector.dtype.kind not in 'buif' or not np.isin(vector, (0, 1)).all():
        raise _unknown(path, f': {key!r} has an array of shape {vector.shape} that is no vector of 0 and 1')
    if len(vector) != len(classes):
        raise InputError(f'{path} has vectors of {len(vector)} classes, and {len(classes)} names were given. Give '
                         f'--classes with {len(vector)} names, separated by commas, in the order of the vectors'
                         f'{f"; got {first_names(classes)}" if classes else ""}.')
    return [name for name, there in zip(classes, vector, strict=True) if there]
