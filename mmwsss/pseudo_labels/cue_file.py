"""Files of localization cues: the cells of a coarse grid that are known to belong to a class."""
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError


@dataclass(frozen=True)
class CueFile:
    """The cues of one image. The grid covers the whole image, whatever its aspect ratio.

    Attributes:
        keys: `(K,)` int64, the classes that have cues, 0 is the background.
        cues: `(K, h, w)` uint8, 1 where a cell has a cue of the class.
        classes: names of all classes, the background first.
    """
    keys: np.ndarray
    cues: np.ndarray
    classes: tuple[str, ...]

    def dense(self) -> np.ndarray:
        """Cues of all classes, `(C, h, w)` uint8."""
        whole = np.zeros((len(self.classes), *self.cues.shape[1:]), dtype=np.uint8)
        whole[self.keys] = self.cues
        return whole


def write_cues(path: str | os.PathLike, cues: np.ndarray, classes: Sequence[str]) -> None:
    """Write the cues of an image as a compressed `.npz`, less than a kilobyte.

    Args:
        path: ends in `.npz`; written atomically.
        cues: `(C, h, w)` of 0 and 1, for all classes.
        classes: names of the C classes, the background first.

    Raises:
        InputError: shapes or values do not fit, or the path does not end in `.npz`.
    """
    path, cues = Path(path), np.asarray(cues)
    if path.suffix != '.npz':
        raise InputError(f'Cue files must end in .npz, got {path}.')
    if cues.ndim != 3 or len(cues) != len(classes) or not np.isin(cues, (0, 1)).all():
        raise InputError(f'{path}: cues must be 0 or 1 and of shape (C, h, w) for {len(classes)} classes, got '
                         f'{cues.dtype} {cues.shape}.')
    keys = np.flatnonzero(cues.any(axis=(1, 2)))
    with atomic_path(path) as temporary:
        np.savez_compressed(temporary, keys=keys.astype(np.int64), cues=cues[keys].astype(np.uint8),
                            classes=np.array(classes, dtype=np.str_))


def read_cues(path: str | os.PathLike) -> CueFile:
    """Read a file of :func:`write_cues`.

    Raises:
        InputError: the file is missing, damaged or not a cue file.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'{path} does not exist. Check the folder, or make the cues first (tools/make_cues.py).')
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in ('keys', 'cues', 'classes')}
    except Exception as error:  # a damaged archive may raise anything
        raise InputError(f'{path} cannot be read as a cue file ({error}): it is damaged, truncated or in another '
                         'format. Delete it and make the cues again.') from error
    keys, cues, classes = found['keys'], found['cues'], tuple(found['classes'].tolist())
    if cues.dtype != np.uint8 or cues.ndim != 3 or keys.shape != cues.shape[:1] or keys.dtype.kind != 'i' or (
            cues.size and cues.max() > 1):
        raise InputError(f'{path}: cues {cues.dtype} {cues.shape} and keys {keys.dtype} {keys.shape} do not fit '
                         'together: 0 or 1 of shape (K, h, w), and (K,). Make the cues again.')
    if len(keys) and not 0 <= keys.min() <= keys.max() < len(classes):
        raise InputError(f'{path}: keys must be classes in 0..{len(classes) - 1} (0 is the background), got '
                         f'{keys.tolist()}.')
    return CueFile(keys, cues, classes)
