"""The one place for ids of classes in mask files.

They differ from a config's classes if it uses a subset of the data set's classes (MMSeg's `label_map`), or if its masks
count from 1 (`reduce_zero_label`, as ADE20K): then 0 is ignored, and class `c` has the id `c + 1`.
"""
import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from mmwsss.utils.errors import InputError
from mmwsss.utils.palette_png import write_palette_png

IGNORE = 255  # the id of ignored pixels, and their label in memory
UNKNOWN = -1


class ClassIds(NamedTuple):
    """How annotations may call the classes of a data set. Values are ids in mask files, 255 for unused classes.

    Attributes:
        names: class name or alias -> id.
        numbers: id in mask files, of all classes of the data set -> the same, or 255.
        background: its id.
    """
    names: dict[str, int]
    numbers: dict[int, int]
    background: int = 0


def class_ids(dataset_meta: Mapping[str, Any], known: Sequence[str] = (),
              aliases: Mapping[str, str] | None = None) -> ClassIds:
    """Ids of the classes that annotations of a data set may have.

    Args:
        dataset_meta: see :func:`ids_on_disk`.
        known: all classes of the data set, in the order of its masks; by default those of `dataset_meta`.
        aliases: other name of a class -> its name in `known`.

    Raises:
        InputError: the file's 8 bits cannot hold all classes.
    """
    used = dict(zip(dataset_meta['classes'], ids_on_disk(dataset_meta).tolist(), strict=True))
    names = {name: used.get(name, IGNORE) for name in known or dataset_meta['classes']}
    first = int(bool(dataset_meta.get('reduce_zero_label')))
    numbers = dict.fromkeys(range(first), IGNORE)
    numbers.update((number, label) for number, label in enumerate(names.values(), first) if number < IGNORE)
    other = {alias: names[name] for alias, name in (aliases or {}).items() if alias not in names}
    return ClassIds({**names, **other}, numbers, background=used[dataset_meta['classes'][0]])


def ids_on_disk(dataset_meta: Mapping[str, Any]) -> np.ndarray:
    """`(C,)` uint8: the id in mask files of each class in the config, the inverse of :func:`classes_of_ids`.

    Args:
        dataset_meta: `classes`, and if set `label_map` and `reduce_zero_label` of the data set.

    Raises:
        InputError: the file's 8 bits cannot hold all classes.
    """
    ids = np.arange(len(dataset_meta['classes']))
    for original, label in (dataset_meta.get('label_map') or {}).items():
        if label != IGNORE:
            ids[label] = original
    ids += bool(dataset_meta.get('reduce_zero_label'))
    if ids.max(initial=0) >= IGNORE:
        most = IGNORE - bool(dataset_meta.get('reduce_zero_label'))
        raise InputError(f'Masks have 8 bits, and 255 means ignored, but the {len(ids)} classes need ids up to '
                         f'{ids.max()}. Use fewer classes, at most {most} with the background.')
    return ids.astype(np.uint8)


def classes_of_ids(num_classes: int | None, label_map: Mapping[int, int] | None = None,
                   reduce_zero_label: bool = False) -> np.ndarray:
    """`(256,)` int64: the class of each id in a mask file, 255 (ignored) or -1 (no class).

    Args:
        num_classes: `C`; `None` if unknown, then all ids are classes.
        label_map: of the data set, from its own classes to the config's; others are ignored.
        reduce_zero_label: whether masks count from 1.
    """
    count = 255 if num_classes is None else min(num_classes, 255)
    table = np.full(256, UNKNOWN)
    table[:count] = np.arange(count)
    if label_map:
        table[:] = UNKNOWN
        for original, label in label_map.items():
            if original < IGNORE:
                table[original] = label
    if reduce_zero_label:
        table = np.concatenate([[IGNORE], table[:-1]])
    table[IGNORE] = IGNORE
    return table


def write_labels(path: str | os.PathLike, labels: np.ndarray, dataset_meta: Mapping[str, Any]) -> None:
    """Write a label map as a palette PNG with the data set's own ids, atomically. All tools write masks with it.

    Args:
        path: ends in `.png`.
        labels: `(H, W)` integers, classes of the config or 255 (ignored).
        dataset_meta: see :func:`ids_on_disk`.

    Raises:
        InputError: a label is no class, a file cannot hold the classes, or the file cannot be written.
    """
    ids, labels = ids_on_disk(dataset_meta), np.asarray(labels)
    wrong = labels[(labels < 0) | ((labels >= len(ids)) & (labels != IGNORE))]
    if wrong.size:
        raise InputError(f'{path}: the label map has the class {wrong[0]}, but the data set has {len(ids)} classes. '
                         'Set num_classes of the head to the number of classes.')
    values = np.full(256, IGNORE, dtype=np.uint8)
    values[:len(ids)] = ids
    write_palette_png(path, values[labels])
