"""Converting the cues that SEC and DSRG publish (`localization_cues.pickle`)."""
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mmwsss.pseudo_labels.cue_file import write_cues
from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.safe_load import load_npy_dict
from mmwsss.utils.text_file import read_text

KEY = re.compile(r'(\d+)_(labels|cues)')


def convert_sec_cues(pickle: str | os.PathLike, list_file: str | os.PathLike, out: str | os.PathLike,
                     classes: Sequence[str], grid: Sequence[int] = (41, 41)) -> int:
    """Write a cue file for each image of a published pickle.

    The pickle is a dictionary: `'<i>_labels'` has the classes of image i (1..C-1, never 0), `'<i>_cues'` `(3, n)` the
    class, row and column of each cue. It is read without running code in it, and anything else in it is an error.

    Args:
        pickle: the file.
        list_file: says which image i is: lines `NAME i`, as published with it (`input_list.txt`), or ids alone, in the
            order of i. Folders and suffixes of names are dropped.
        out: folder of the files, `<img_id>.npz`; existing ones are replaced.
        classes: names of the C classes, the background first.
        grid: height and width of the grid.

    Returns:
        The number of files.

    Raises:
        InputError: the pickle has another form, a class or a cell is out of range, cues are of an unlabelled class, or
            the list is empty, names an image twice, or names one that the pickle does not have.
    """
    content = _entries(pickle)
    names = _names(Path(list_file))
    absent = [name for index, name in names.items() if not {(index, 'labels'), (index, 'cues')} <= set(content)]
    if absent:
        raise InputError(f'{pickle} has no cues of {len(absent)} of the {len(names)} images in {list_file}, e.g. '
                         f'{first_names(absent)}. Give the list that belongs to it.')
    for index, name in names.items():
        cues = _dense(f'{pickle}, image {index} ({name})', content[index, 'labels'], content[index, 'cues'],
                      (len(classes), *grid))
        write_cues(Path(out) / f'{name}.npz', cues, classes)
    return len(names)


def _entries(pickle: str | os.PathLike) -> dict[tuple[int, str], Any]:
    """The arrays by image and kind."""
    found = {}
    for key, value in load_npy_dict(pickle).items():
        match = KEY.fullmatch(key) if isinstance(key, str) else None
        if not match:
            raise InputError(f"{pickle} has the entry {key!r}. Published cues have '<number>_labels' and "
                             "'<number>_cues' only.")
        found[int(match[1]), match[2]] = value
    return found


def _names(path: Path) -> dict[int, str]:
    """The ids of the images by number."""
    if not path.is_file():
        raise InputError(f'The list {path} does not exist. Check the path.')
    names: dict[int, str] = {}
    seen: set[str] = set()
    lines = read_text(path).splitlines()
    for place, line in enumerate(line.split() for line in lines if line.strip()):
        if len(line) > 2 or (len(line) == 2 and not line[1].isdigit()):
            raise InputError(f'{path} has the line {" ".join(line)!r}. Write a name and a number, or a name.')
        number, name = int(line[1]) if len(line) == 2 else place, Path(line[0]).stem
        if number in names or name in seen:
            raise InputError(f'{path} has the number {number} or the name {name} twice, in the line '
                             f'{" ".join(line)!r}. Keep one line for each image.')
        names[number] = name
        seen.add(name)
    if not names:
        raise InputError(f'{path} is empty. Write a name and a number, or a name, in a line for each image.')
    return names


def _dense(where: str, labels: Any, cues: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Check an image's arrays; return its cues `(C, h, w)`."""
    try:
        labels, cues = np.asarray(labels), np.asarray(cues)
    except ValueError as error:
        raise InputError(f'{where}: labels and cues must be arrays of integers ({error}).') from error
    if not labels.size:
        labels = labels.reshape(-1).astype(np.int64)
    if not cues.size:
        cues = np.zeros((3, 0), dtype=np.int64)
    if labels.dtype.kind not in 'iu' or labels.ndim != 1 or cues.dtype.kind not in 'iu' or cues.shape[:1] != (
            3, ) or cues.ndim != 2:
        raise InputError(f'{where}: labels must be integers (n,) and cues integers (3, n), got {labels.dtype} '
                         f'{labels.shape} and {cues.dtype} {cues.shape}.')
    if ((labels < 1) | (labels >= shape[0])).any():
        raise InputError(f'{where}: labels must be in 1..{shape[0] - 1}, got {labels.tolist()}.')
    if ((cues < 0) | (cues >= np.array(shape)[:, None])).any():
        raise InputError(f'{where}: class, row and column of cues must be below {shape}, got up to '
                         f'{tuple(cues.max(axis=1).tolist())} and down to {tuple(cues.min(axis=1).tolist())}.')
    strangers = set(cues[0].tolist()) - {0, *labels.tolist()}
    if strangers:
        raise InputError(f'{where} has cues of the classes {sorted(strangers)}, but the labels {labels.tolist()}.')
    dense = np.zeros(shape, dtype=np.uint8)
    dense[tuple(cues)] = 1
    return dense
