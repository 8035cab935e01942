"""Reading image-level labels, whatever file they come in."""
import csv
import json
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, TextIO, TypeVar

import numpy as np
import torch

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.safe_load import load_npy_dict

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png')
Parsed = TypeVar('Parsed')
_ID_HEADERS = {
    'id', 'ids', 'img_id', 'image_id', 'image', 'img', 'name', 'file', 'filename', 'file_name', 'path', 'img_path',
    'image_path'
}


def read_image_labels(path: str | os.PathLike, ids: Iterable[str] | None, classes: Sequence[str],
                      known: Sequence[str] = (), allow_empty: bool = False) -> dict[str, np.ndarray]:
    """Read the labels of images.

    The forms are:

    - `.json`: `{id: [name, ...], ...}`;
    - a folder with VOC's `Annotations`, `<id>.xml`: all objects, difficult ones too, but not their parts;
    - `.npy` (or `.pkl`): a dictionary from ids to multi-hot vectors or lists of names. Integer ids stand for the
      integer of an id's digits, as IRN writes 2007000032 for 2007_000032;
    - `.csv`: an id, then names, one a cell or several (`cat;dog`, `cat dog`); several rows of an id add up. A
      header is told by the name of its first cell.

    An id may also be written as a file name (`2007_000032.jpg`).

    Args:
        path: the file or folder.
        ids: the images wanted, all of the file if `None`.
        classes: the `L` image classes of the result, background not among them.
        known: all image classes of the data set, where `classes` are some of them: labels that are known but not
            wanted are dropped, as MMSeg's `label_map` drops them from masks. A multi-hot vector has one value for
            each known class, or else for each of `classes`.
        allow_empty: accept images without any label.

    Returns:
        id -> multi-hot float32 `(L,)`, in the order of `ids`.

    Raises:
        InputError: naming the file, and the image or the label that does not fit.
    """
    path, classes = Path(path), list(classes)
    known = list(known) or classes
    entries = _read_entries(path, None if ids is None else list(ids), known)
    labels = {name: _multi_hot(entry, name, path, classes, known) for name, entry in entries.items()}
    empty = [name for name, label in labels.items() if not label.any()]
    if empty and not allow_empty:
        raise InputError(f'{path}: {len(empty)} of {len(labels)} images have none of the classes '
                         f'{", ".join(classes)}, e.g. {first_names(empty)}. Label them, take them out of the list, '
                         'or set allow_empty=True in the dataset if they show background only.')
    return labels


def _read_entries(path: Path, ids: list[str] | None, known: Sequence[str]) -> dict:
    """Id -> names or vector, for all of `ids`."""
    if path.is_dir():
        return _read_annotations(path, ids)
    if not path.is_file():
        raise InputError(f'The image-level labels {path} do not exist. Set label_file to a .json, .csv or .npy '
                         'file or to a folder of .xml files.')
    suffix = path.suffix.lower()
    if suffix == '.json':
        entries = _read_json(path)
    elif suffix == '.csv':
        entries = _read_csv(path, set(ids or ()), set(known))
    elif suffix in ('.npy', '.pkl', '.pickle'):
        entries = {key if isinstance(key, str) else _integer(key, path): label
                   for key, label in load_npy_dict(path).items()}
    else:
        raise InputError(f'{path} is neither .json, .npy, .csv nor a folder of .xml files. Set label_file to one.')
    if not entries:
        raise InputError(f'{path} holds no labels. Write an entry for each image.')
    return {str(key): label for key, label in entries.items()} if ids is None else _select(entries, ids, path)


def _select(entries: dict, ids: list[str], path: Path) -> dict:
    """The entries of `ids`, found by id, by file name or by the integer of the digits."""
    by_stem = {key[:-len(suffix)]: key for key in entries if isinstance(key, str) for suffix in IMAGE_SUFFIXES
               if key.lower().endswith(suffix)}
    integers = {key for key in entries if not isinstance(key, str)}
    found: dict = {}
    absent: list[str] = []
    name_of_integer: dict[int, str] = {}
    for name in ids:
        key: Any = name if name in entries else by_stem.get(name)
        digits = ''.join(char for char in name if char in '0123456789')
        if key is None and digits and int(digits) in integers:
            key = int(digits)
            if name_of_integer.setdefault(key, name) != name:
                raise InputError(f'{path}: the id {key} may be {name_of_integer[key]} or {name}. Write the labels '
                                 'with the ids of the list.')
        if key is None:
            absent.append(name)
        else:
            found[name] = entries[key]
    _refuse_absent(absent, len(ids), path)
    return found


def _refuse_absent(absent: list[str], total: int, path: Path) -> None:
    if absent:
        raise InputError(f'{path} has no labels for {len(absent)} of {total} images, e.g. {first_names(absent)}. '
                         'Add them, or take these images out of the list.')


def _multi_hot(label: object, name: str, path: Path, classes: list[str], known: list[str]) -> np.ndarray:
    """Names or a multi-hot vector -> multi-hot over `classes`."""
    if isinstance(label, (np.ndarray, torch.Tensor)):
        label = _names_of_vector(np.asarray(label), name, path, classes, known)
    if not isinstance(label, (list, tuple)) or not all(isinstance(cls, str) for cls in label):
        raise InputError(f'{path}: the labels of {name} are {str(label)[:80]!r}. Write a list of class names.')
    result = np.zeros(len(classes), dtype=np.float32)
    for cls in label:
        if cls in classes:
            result[classes.index(cls)] = 1
        elif cls not in known:
            raise InputError(f'{path}: {name} has the label {cls!r}, which is no class. Classes are '
                             f'{", ".join(known)}: correct the label, or metainfo.classes.')
    return result


def _names_of_vector(vector: np.ndarray, name: str, path: Path, classes: list[str], known: list[str]) -> list[str]:
    order = {len(classes): classes, len(known): known}.get(vector.size if vector.ndim == 1 else -1)
    if order is None:
        raise InputError(f'{path}: the labels of {name} are an array of shape {vector.shape}; the data set has '
                         f'{len(known)} classes. Set metainfo.classes to those that the file was made for.')
    if vector.dtype.kind not in 'buif' or not np.isin(vector, (0, 1)).all():
        raise InputError(f'{path}: the labels of {name} are not all 0 or 1. Write 1 for each class that is shown.')
    return [cls for cls, value in zip(order, vector, strict=True) if value]


def _parse(path: Path, parse: Callable[[TextIO], Parsed], form: str) -> Parsed:
    """Parse a file of UTF-8 text, with or without a byte order mark."""
    try:
        with path.open(encoding='utf-8-sig', newline='') as file:
            return parse(file)
    except (ValueError, csv.Error, RecursionError) as error:
        raise InputError(f'{path} is no {form} in UTF-8: {error}. Write it again.') from error


def _read_json(path: Path) -> dict:
    content = _parse(path, json.load, 'JSON')
    if not isinstance(content, dict):
        raise InputError(f'{path} holds a {type(content).__name__}. Write {{"id": ["class", ...], ...}}.')
    return content


def _read_csv(path: Path, ids: set[str], known: set[str]) -> dict[str, list[str]]:
    rows = _parse(path, lambda file: [[cell.strip() for cell in row] for row in csv.reader(file)], 'CSV')
    rows = [row for row in rows if any(row)]
    if rows and rows[0][0].lower() in _ID_HEADERS and rows[0][0] not in ids:
        rows = rows[1:]
    labels: dict[str, list[str]] = {}
    for name, *cells in rows:
        labels.setdefault(name, []).extend(cls for cell in cells for cls in _names_of_cell(cell, known))
    return labels


def _names_of_cell(cell: str, known: set[str]) -> list[str]:
    """Names parted by `;` or blanks; a known name may hold blanks itself."""
    parts = [part.strip() for part in cell.split(';')]
    return [cls for part in parts for cls in ([part] if part in known else part.split())]


def _integer(key: object, path: Path) -> int:
    if not isinstance(key, (int, np.integer)):
        raise InputError(f'{path} has the id {key!r}. Ids must be strings or integers.')
    return int(key)


def _read_annotations(folder: Path, ids: list[str] | None) -> dict[str, list[str]]:
    """The XML files of `ids`, or of the whole folder."""
    if ids is None:
        ids = sorted(file.relative_to(folder).as_posix()[:-len('.xml')] for file in folder.rglob('*.xml'))
        if not ids:
            raise InputError(f'{folder} holds no .xml file. Set label_file to the folder of the annotations.')
    labels, absent = {}, []
    for name in ids:
        try:
            labels[name] = _read_annotation(folder / f'{name}.xml')
        except FileNotFoundError:
            absent.append(name)
    _refuse_absent(absent, len(ids), folder)
    return labels


def _read_annotation(path: Path) -> list[str]:
    try:
        root = ElementTree.parse(path).getroot()
    except ElementTree.ParseError as error:
        raise InputError(f'{path} is no XML: {error}. Unpack it again.') from error
    # Direct children only: the parts of a person are <object><part><name>.
    return list(dict.fromkeys(obj.findtext('name', '').strip() for obj in root.findall('object')))
