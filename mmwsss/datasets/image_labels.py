"""Reading image-level labels, whatever file they come in."""
import csv
import json
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from mmwsss.utils.errors import InputError
from mmwsss.utils.safe_load import load_npy_dict


def read_image_labels(path: str | os.PathLike, ids: Iterable[str], classes: Sequence[str],
                      known: Sequence[str] = (), allow_empty: bool = False) -> dict[str, np.ndarray]:
    """Read the labels of pictures.

    Args:
        path: one JSON `{id: [name, ...]}`; a CSV with rows `id,name,name...` (or several names in a cell, parted by
            `;` or blanks); a `cls_labels.npy`, a dictionary of multi-hot arrays by id, string or integer; or a folder
            with an XML of VOC's `Annotations` for each id (all objects, also difficult ones).
        ids: the pictures wanted.
        classes: the `L` image classes of the result, background not among them.
        known: all image classes of the data set, where `classes` are some of them: labels that are known but not
            wanted are dropped, as MMSeg's `label_map` drops them from masks.
        allow_empty: accept pictures without any label.

    Returns:
        id -> multi-hot float32 `(L,)`.

    Raises:
        InputError: naming the file, and the picture or the label that does not fit.
    """
    path, ids = Path(path), list(ids)
    if path.is_dir():
        found: Mapping[str, object] = _VOCAnnotations(path)
    elif not path.is_file():
        raise InputError(f'The image-level labels {path} do not exist.')
    else:
        readers = {'.json': _read_json, '.npy': _read_npy, '.csv': _read_csv}
        if path.suffix.lower() not in readers:
            raise InputError(f'{path} is neither .json, .npy, .csv nor a folder of .xml files.')
        found = readers[path.suffix.lower()](path)
    if not len(found):
        raise InputError(f'{path} holds no labels.')
    absent = [name for name in ids if name not in found]
    if absent:
        raise InputError(f'{path} has no labels for {len(absent)} of {len(ids)} pictures, e.g. {_some(absent)}. Add '
                         'them, or take these pictures out of the list.')
    known = list(known) or list(classes)
    labels = {name: _multi_hot(found[name], name, path, classes, known) for name in ids}
    empty = [name for name, label in labels.items() if not label.any()]
    if empty and not allow_empty:
        raise InputError(f'{path}: {len(empty)} pictures have none of the classes {", ".join(classes)}, e.g. '
                         f'{_some(empty)}. Take them out of the list, or set allow_empty=True in the dataset.')
    return labels


def _some(names: Sequence[str]) -> str:
    """The first three of a list, for a message."""
    return ', '.join(map(str, names[:3])) + (', ...' if len(names) > 3 else '')


def _multi_hot(label, name: str, path: Path, classes: Sequence[str], known: Sequence[str]) -> np.ndarray:
    """Names or a multi-hot array -> multi-hot over `classes`."""
    result = np.zeros(len(classes), dtype=np.float32)
    if isinstance(label, np.ndarray) or (isinstance(label, list) and label and not isinstance(label[0], str)):
        values = np.asarray(label, dtype=np.float32).ravel()
        order = {len(known): known, len(classes): classes}.get(len(values))
        if order is None:
            raise InputError(f'{path}: {name} has {len(values)} labels; the data set has {len(known)} classes.')
        label = [cls for cls, value in zip(order, values, strict=True) if value > 0]
    elif not isinstance(label, list):
        raise InputError(f'{path}: the labels of {name} are {label!r}, not a list of class names.')
    for cls in label:
        if cls in classes:
            result[classes.index(cls)] = 1
        elif cls not in known:
            raise InputError(f'{path}: {name} has the label {cls!r}, which is no class. Classes are '
                             f'{", ".join(known)}.')
    return result


def _read_json(path: Path) -> dict:
    try:
        content = json.loads(path.read_text(encoding='utf-8'))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(f'{path} is no JSON: {error}.') from error
    if not isinstance(content, dict):
        raise InputError(f'{path} holds a {type(content).__name__}, not {{"id": ["class", ...], ...}}.')
    return content


def _read_csv(path: Path) -> dict[str, list[str]]:
    """Rows `id,name...`; a first row that starts with `id`, `image` or `file...` is a header."""
    labels: dict[str, list[str]] = {}
    with open(path, newline='', encoding='utf-8-sig') as file:
        for number, row in enumerate(csv.reader(file)):
            cells = [cell.strip() for cell in row]
            header = number == 0 and cells and cells[0].lower() in (
                'id', 'img_id', 'image', 'image_id', 'name', 'file', 'filename', 'file_name', 'path')
            if not any(cells) or header:
                continue
            name = cells[0]
            if Path(name).suffix.lower() in ('.jpg', '.jpeg', '.png'):
                name = str(Path(name).with_suffix('').as_posix())
            names = labels.setdefault(name, [])
            for cell in cells[1:]:
                parts = cell.split(';') if ';' in cell else [cell]
                names.extend(part.strip() for part in parts if part.strip())
    return labels


class _ByDigits(dict):
    """Dictionary whose integer keys are found by an id's digits, as IRN writes 2007_000032."""

    @staticmethod
    def _key(name: str) -> int | None:
        digits = name.replace('_', '')
        return int(digits) if digits.isdigit() else None

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or super().__contains__(self._key(str(name)))

    def __getitem__(self, name: str):
        return super().__getitem__(name if super().__contains__(name) else self._key(name))


def _read_npy(path: Path) -> dict:
    return _ByDigits({
        key if isinstance(key, str) else int(key): np.asarray(value) for key, value in load_npy_dict(path).items()
    })


class _VOCAnnotations(Mapping):
    """A folder of XML files, each read when it is asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.names = {entry.name[:-4] for entry in os.scandir(folder) if entry.name.endswith('.xml')}

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self):
        return iter(self.names)

    def __getitem__(self, name: str) -> list[str]:
        if name not in self.names:
            raise KeyError(name)
        path = self.folder / f'{name}.xml'
        try:
            root = ElementTree.parse(path).getroot()
        except ElementTree.ParseError as error:
            raise InputError(f'{path} is no XML: {error}.') from error
        return list(dict.fromkeys(obj.findtext('name', '').strip() for obj in root.findall('object')))
