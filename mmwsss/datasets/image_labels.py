"""Reading image-level labels from several file formats."""
import csv
import os
import re
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.image_ids import clean_id
from mmwsss.utils.json_file import read_json
from mmwsss.utils.safe_load import load_npy_dict
from mmwsss.utils.text_file import read_text
from mmwsss.utils.walk import walk_files
from mmwsss.utils.xml_file import read_xml

IMAGE_SUFFIXES = ('.jpg', '.jpeg', '.png', '.bmp', '.webp', '.tif', '.tiff')  # OpenCV decodes all of them
DELIMITERS = ',;\t'  # of cells in a CSV
_ID_HEADER = re.compile('(image|img|photo|picture|pic|file|frame|sample)?s?(id|name|file|filename|path|filepath)?s?')


def read_image_labels(path: str | os.PathLike, ids: Iterable[str] | None, classes: Sequence[str],
                      known: Sequence[str] = (), allow_empty: bool = False) -> dict[str, np.ndarray]:
    """Read the image-level labels of images.

    Formats:

    - `.json`: `{id: [name, ...], ...}`;
    - a folder of VOC's `Annotations`, `<id>.xml`: all objects including difficult ones, without their parts;
    - `.npy` (or `.pkl`): a dictionary from ids to multi-hot vectors or lists of names. An integer id is the number
      formed by an id's digits; IRN writes 2007000032 for 2007_000032;
    - `.csv`: an id, then names, one or several per cell (`cat;dog`, `cat dog`); rows with the same id add up. A
      header is recognised by its first cell. Cells are parted by `,`, `;` or tabs: whichever comes first in the file.

    An id may also be a file name (`2007_000032.jpg`). Two entries for one image are an error, except for rows of a CSV.

    Args:
        path: the file or folder.
        ids: images to read; `None` for all in the file.
        classes: the `L` image classes of the result, without background.
        known: all image classes of the data set, if `classes` is a subset: other known labels are dropped, as
            MMSeg's `label_map` drops them from masks. A multi-hot vector has one value per known class, or one
            per entry of `classes`.
        allow_empty: accept images without any label.

    Returns:
        id -> multi-hot float32 `(L,)`, in the order of `ids`.

    Raises:
        InputError: the file, an image or a label does not fit; the message names it.
    """
    names, labels = read_label_array(path, ids, classes, known, allow_empty)
    return dict(zip(names, labels.astype(np.float32), strict=True))


def read_label_array(path: str | os.PathLike, ids: Iterable[str] | None, classes: Sequence[str],
                     known: Sequence[str] = (), allow_empty: bool = False) -> tuple[list[str], np.ndarray]:
    """Read the image-level labels of `N` images into one array; see :func:`read_image_labels`.

    Args:
        path, ids, classes, known, allow_empty: see :func:`read_image_labels`.

    Returns:
        The ids, and multi-hot labels `(N, L)`, uint8.

    Raises:
        InputError: see :func:`read_image_labels`.
    """
    path, classes = Path(path), list(classes)
    known = list(known) or classes
    entries = _read_entries(path, None if ids is None else list(ids), known)
    names = list(entries)
    labels = np.zeros((len(names), len(classes)), dtype=np.uint8)
    order = _Order(path, classes, known)
    for row, name in zip(labels, names, strict=True):
        row[order.indices(entries[name], name)] = 1
    empty = [names[index] for index in np.flatnonzero(~labels.any(axis=1))]
    if empty and not allow_empty:
        raise InputError(f'{path}: {len(empty)} of {len(labels)} images have none of the classes '
                         f'{", ".join(classes)}, e.g. {first_names(empty)}. Label them, remove them from the list, '
                         'or, if they show only background, set allow_empty=True in the dataset.')
    return names, labels


def _read_entries(path: Path, ids: list[str] | None, known: Sequence[str]) -> dict:
    """Id -> names or vector, for all of `ids`."""
    if path.is_dir():
        return _read_annotations(path, ids)
    if not path.is_file():
        raise InputError(f'The label file {path} does not exist. Set label_file to a .json, .csv or .npy file, or to '
                         'a folder of .xml files.')
    suffix = path.suffix.lower()
    if suffix == '.json':
        entries = _read_json(path)
    elif suffix == '.csv':
        entries = _read_csv(path, set(ids or ()), set(known))
    elif suffix in ('.npy', '.pkl', '.pickle'):
        entries = {key if isinstance(key, str) else _integer(key, path): label
                   for key, label in load_npy_dict(path).items()}
    else:
        raise InputError(f'{path} is not a label file. Set label_file to a .json, .npy or .csv file, or to a folder '
                         'of .xml files.')
    if not entries:
        raise InputError(f'{path} contains no labels. Write one entry per image.')
    return {str(key): label for key, label in entries.items()} if ids is None else _select(entries, ids, path)


def _select(entries: dict, ids: list[str], path: Path) -> dict:
    """The entries of `ids`, found by id, by file name or by the integer formed by the digits."""
    by_id: dict[str, Any] = {}  # an id as it is written in lists -> key
    twice: dict[str, Any] = {}
    for entry in entries:
        if isinstance(entry, str):
            for name in dict.fromkeys((clean_id(entry), clean_id(_without_suffix(entry)))):
                if by_id.setdefault(name, entry) != entry:
                    twice[name] = entry
    integers = {key for key in entries if not isinstance(key, str)}
    found: dict = {}
    absent: list[str] = []
    name_of_integer: dict[int, str] = {}
    for name in ids:
        key: Any = by_id.get(name)
        if name in twice:
            raise InputError(f'{path} has two entries for the image {name}: {by_id[name]!r} and {twice[name]!r}. Keep '
                             'one.')
        digits = ''.join(char for char in name if char in '0123456789') if key is None and integers else ''
        if digits and int(digits) in integers:
            key = int(digits)
            if name_of_integer.setdefault(key, name) != name:
                raise InputError(f'{path}: the id {key} matches both {name_of_integer[key]} and {name}. Use the ids '
                                 'of the list as keys.')
        if key is None:
            absent.append(name)
        else:
            found[name] = entries[key]
    _refuse_absent(absent, len(ids), path)
    return found


def _refuse_absent(absent: list[str], total: int, path: Path) -> None:
    if absent:
        raise InputError(f'{path} has no labels for {len(absent)} of {total} images, e.g. {first_names(absent)}. '
                         'Add them, or remove these images from the list.')


class _Order:
    """The classes of a file and those of the result.

    Args:
        path: of the file, for messages.
        classes: those of the result.
        known: those that the file may contain.
    """

    def __init__(self, path: Path, classes: list[str], known: list[str]) -> None:
        self.path, self.classes, self.known = path, classes, known
        self._index: dict[str, int | None] = {**dict.fromkeys(known), **{cls: i for i, cls in enumerate(classes)}}

    def indices(self, label: object, name: str) -> list[int]:
        """Names or a multi-hot vector of an image -> indices of `classes`, without known others."""
        if isinstance(label, (np.ndarray, torch.Tensor)):
            label = self._names_of_vector(np.asarray(label), name)
        if not isinstance(label, (list, tuple)) or not all(isinstance(cls, str) for cls in label):
            raise InputError(f'{self.path}: the labels of {name} are {str(label)[:80]!r}. Write a list of class names.')
        try:
            return [index for cls in label if (index := self._index[cls]) is not None]
        except KeyError as error:
            raise InputError(f'{self.path}: {name} has the unknown label {error.args[0]!r}. Correct it or '
                             f'metainfo.classes; the classes are {", ".join(self.known)}.') from None

    def _names_of_vector(self, vector: np.ndarray, name: str) -> list[str]:
        order = {len(self.classes): self.classes, len(self.known): self.known}.get(
            vector.size if vector.ndim == 1 else -1)
        if order is None:
            raise InputError(f'{self.path}: the labels of {name} are an array of shape {vector.shape}, but the data '
                             f'set has {len(self.known)} classes. Set metainfo.classes to the classes of this file.')
        if vector.dtype.kind not in 'buif' or not np.isin(vector, (0, 1)).all():
            raise InputError(f'{self.path}: the labels of {name} must be 0 or 1. Write 1 for each class in the image.')
        return [order[index] for index in np.flatnonzero(vector)]


def read_annotation(path: Path) -> list[str]:
    """The names of the objects in one of VOC's XML files, each once.

    Raises:
        InputError: it is not valid XML, or of an unknown encoding.
        FileNotFoundError: it does not exist.
    """
    # Direct children only: the parts of a person are <object><part><name>.
    return list(dict.fromkeys(obj.findtext('name', '').strip() for obj in read_xml(path).findall('object')))


def read_csv_rows(path: Path) -> list[list[str]]:
    """Read the rows of a CSV, without blanks around cells and without empty rows.

    Cells are parted by the sign (comma, semicolon, tab) that comes first in the file, outside of quotes.

    Raises:
        InputError: it is not CSV in UTF-8.
    """
    text = read_text(path)
    delimiter = next((sign for sign in re.sub('"[^"]*"', '', text) if sign in DELIMITERS), ',')
    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(
            StringIO(text, newline=''), delimiter=delimiter, skipinitialspace=True)]
    except csv.Error as error:
        raise InputError(f'{path} is not valid CSV: {error}. Write it again.') from error
    return [row for row in rows if any(row)]


def is_id_header(cell: str) -> bool:
    """Whether a cell of a CSV is the header of images: `image`, `File Name`, `img_id`, `filepath`, ..."""
    letters = ''.join(filter(str.isalnum, cell.lower()))
    return len(letters) > 1 and _ID_HEADER.fullmatch(letters) is not None


def split_cell(cell: str) -> list[str]:
    """The names in a cell, parted by signs that also part cells."""
    return [part.strip() for part in re.split(f'[{DELIMITERS}]', cell) if part.strip()]


def _without_suffix(name: str) -> str:
    lower = name.lower()
    return next((name[:-len(suffix)] for suffix in IMAGE_SUFFIXES if lower.endswith(suffix)), name)


def _read_json(path: Path) -> dict:
    content = read_json(path)
    if not isinstance(content, dict):
        raise InputError(f'{path} contains a {type(content).__name__}. Write {{"id": ["class", ...], ...}}.')
    return content


def _read_csv(path: Path, ids: set[str], known: set[str]) -> dict[str, list[str]]:
    rows = read_csv_rows(path)
    if rows and is_id_header(rows[0][0]) and rows[0][0] not in ids:
        rows = rows[1:]
    labels: dict[str, list[str]] = {}
    for name, *cells in rows:
        key = clean_id(_without_suffix(name)) if clean_id(name) not in ids else clean_id(name)
        labels.setdefault(key, []).extend(cls for cell in cells for cls in _names_of_cell(cell, known))
    return labels


def _names_of_cell(cell: str, known: set[str]) -> list[str]:
    """Names separated by `;`, `,` or spaces; a known name may contain them."""
    parts = [cell] if cell in known else split_cell(cell)
    return [cls for part in parts for cls in ([part] if part in known else part.split())]


def _integer(key: object, path: Path) -> int:
    if not isinstance(key, (int, np.integer)):
        raise InputError(f'{path} has the id {key!r}. Ids must be strings or integers.')
    return int(key)


def _read_annotations(folder: Path, ids: list[str] | None) -> dict[str, list[str]]:
    """The XML files of `ids`, or of the whole folder."""
    if ids is None:
        ids = sorted(clean_id(file)[:-len('.xml')] for file in walk_files(folder, '.xml'))
        if not ids:
            raise InputError(f'{folder} contains no .xml files. Set label_file to the annotation folder.')
    labels, absent = {}, []
    for name in ids:
        try:
            labels[name] = read_annotation(folder / f'{name}.xml')
        except FileNotFoundError:
            absent.append(name)
    _refuse_absent(absent, len(ids), folder)
    return labels
