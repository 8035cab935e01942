"""Files of class scores at two strengths of the background, see :mod:`affinity_scores`.

A score takes a byte, 0 to 255 for 0 to 1, and files are compressed: refined scores are 0 or 1 nearly everywhere. The
means of 8 x 8 pixels, of which labels are made, are wrong by less than 0.002, mostly by 0.0002.
"""
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError

HIGHEST = 255


@dataclass(frozen=True)
class ScoreFile:
    """The scores of one image.

    Attributes:
        scores: `(2, 1 + K, H, W)` uint8, 255 times the scores under the low and under the high alpha, the background
            first.
        keys: `(K,)` int64, image classes 0..L-1 of the others.
        classes: names of the L image classes.
    """
    scores: np.ndarray
    keys: np.ndarray
    classes: tuple[str, ...]


def write_scores(path: str | os.PathLike, scores: np.ndarray, keys: np.ndarray, classes: Sequence[str]) -> None:
    """Write the scores of an image.

    Args:
        path: ends in `.npz`; written atomically.
        scores: `(2, 1 + K, H, W)` in [0, 1], see :func:`affinity_scores`.
        keys: `(K,)` image classes, 0..L-1.
        classes: names of the L image classes, without background.

    Raises:
        InputError: shapes or values do not fit, or the path does not end in `.npz`.
    """
    path, scores, keys = Path(path), np.asarray(scores), np.asarray(keys)
    if path.suffix != '.npz':
        raise InputError(f'Score files must end in .npz, got {path}.')
    # Comparisons with NaN are false.
    if scores.dtype.kind != 'f' or not scores.size or not -1e-3 <= scores.min() <= scores.max() <= 1.001:
        raise InputError(f'{path}: scores must be numbers in [0, 1], got {scores.dtype} of shape {scores.shape}.')
    content = _checked(path, np.rint(scores.clip(0, 1) * HIGHEST).astype(np.uint8), keys.astype(np.int64), classes)
    with atomic_path(path) as temporary:
        np.savez_compressed(temporary, scores=content.scores, keys=content.keys,
                            classes=np.array(content.classes, dtype=np.str_))


def read_scores(path: str | os.PathLike) -> ScoreFile:
    """Read a file of :func:`write_scores`.

    Raises:
        InputError: the file is missing, damaged or not a score file.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'{path} does not exist. Check the folder, or make the scores first '
                         '(tools/make_affinity_scores.py).')
    try:
        with np.load(path, allow_pickle=False) as file:
            found = {name: file[name] for name in ('scores', 'keys', 'classes')}
    except Exception as error:  # a damaged archive may raise anything
        raise InputError(f'{path} cannot be read as a score file ({error}): it is damaged, truncated or in another '
                         'format. Delete it and make the scores again.') from error
    return _checked(path, found['scores'], found['keys'], found['classes'].tolist())


def _checked(path: Path, scores: np.ndarray, keys: np.ndarray, classes: Sequence[str]) -> ScoreFile:
    if scores.dtype != np.uint8 or scores.ndim != 4 or len(scores) != 2 or not scores.size or keys.shape != (
            scores.shape[1] - 1, ) or keys.dtype.kind != 'i':
        raise InputError(f'{path}: scores {scores.dtype} {scores.shape} and keys {keys.dtype} {keys.shape} do not fit '
                         'together: (2, 1 + K, H, W) and (K,). Make the scores again.')
    if len(keys) and not 0 <= keys.min() <= keys.max() < len(classes):
        raise InputError(f'{path}: keys must be image classes in 0..{len(classes) - 1} (0 is the first class, not the '
                         f'background), got {keys.tolist()}.')
    return ScoreFile(scores, keys, tuple(classes))
