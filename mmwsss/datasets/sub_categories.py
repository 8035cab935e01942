"""Files of sub-category labels.

A file is JSON: `{"sub_categories": k, "classes": [...], "images": {id: [index, ...], ...}, "made_from": {...}}`. With
`L` classes (without the background), the sub-categories of class `c` have the indices `c * k` to `c * k + k - 1`.
"""
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.json_file import write_json
from mmwsss.utils.provenance import read_json_object

REMEDY = 'Make it again with tools/make_subcategories.py.'


def write_sub_categories(path: str | os.PathLike, ids: Sequence[str], labels: np.ndarray, classes: Sequence[str],
                         made_from: Mapping[str, Any] | None = None) -> None:
    """Write the sub-categories of images, atomically.

    Args:
        path: the file.
        ids: the `N` images.
        labels: `(N, L * k)` multi-hot.
        classes: the `L` image classes, without the background.
        made_from: what decides the labels, for the record.
    """
    images = {name: np.flatnonzero(row).tolist() for name, row in zip(ids, labels, strict=True)}
    content = dict(sub_categories=labels.shape[1] // len(classes), classes=list(classes), made_from=made_from or {},
                   images=images)
    write_json(path, content, indent=None)


def read_sub_categories(path: str | os.PathLike, labels: Mapping[str, np.ndarray],
                        classes: Sequence[str]) -> dict[str, np.ndarray]:
    """Read the sub-categories of images, and check them against the images' classes.

    Args:
        path: the file.
        labels: id -> multi-hot image labels `(L,)` of the images to read.
        classes: the `L` image classes of the data set.

    Returns:
        id -> multi-hot float32 `(L * k,)`, in the order of `labels`.

    Raises:
        InputError: the file is missing or damaged, has other classes, lacks an image, or has sub-categories that do
            not belong to an image's classes; the message names it.
    """
    rows = read_sub_category_array(path, list(labels), np.array(list(labels.values())), classes)
    return dict(zip(labels, rows.astype(np.float32), strict=True))


def read_sub_category_array(path: str | os.PathLike, ids: Sequence[str], labels: np.ndarray,
                            classes: Sequence[str]) -> np.ndarray:
    """Read the sub-categories of `N` images into one array; see :func:`read_sub_categories`.

    Args:
        path: the file.
        ids: the images.
        labels: `(N, L)` multi-hot image labels.
        classes: the `L` image classes of the data set.

    Returns:
        `(N, L * k)` multi-hot, uint8.

    Raises:
        InputError: see :func:`read_sub_categories`.
    """
    content = read_json_object(path, REMEDY)
    if content is None:
        raise InputError(f'The file of sub-categories {path} does not exist. Make it with tools/make_subcategories.py, '
                         'or set sub_category_file of the dataset to another one.')
    k, images = content.get('sub_categories'), content.get('images')
    if not isinstance(k, int) or k < 1 or not isinstance(images, dict):
        raise InputError(f'{path} has no "sub_categories" (a number) or no "images" (lists by id). {REMEDY}')
    if content.get('classes') != list(classes):
        raise InputError(f'{path} was made with the classes {", ".join(map(str, content.get("classes") or ()))}, but '
                         f'the data set has {", ".join(classes)}. {REMEDY}')
    absent = [name for name in ids if name not in images]
    if absent:
        raise InputError(f'{path} has no sub-categories of {len(absent)} of {len(ids)} images, e.g. '
                         f'{first_names(absent)}. Make it again with the list of these images '
                         '(tools/make_subcategories.py --list).')
    found = np.zeros((len(ids), len(classes) * k), dtype=np.uint8)
    fits = np.ones(len(ids), dtype=bool)
    for number, name in enumerate(ids):
        indices, size = images[name], found.shape[1]
        fits[number] = isinstance(indices, list) and all(
            isinstance(index, int) and 0 <= index < size for index in indices)
        found[number, indices if fits[number] else []] = 1
    fits &= (found.reshape(len(ids), -1, k).any(axis=2) == (labels > 0)).all(axis=1)
    wrong = [f'{name} {str(images[name])[:60]}' for name, good in zip(ids, fits, strict=True) if not good]
    if wrong:
        raise InputError(f'{path}: the sub-categories of {len(wrong)} of {len(ids)} images do not belong to the '
                         f'classes of their image labels, e.g. {first_names(wrong)}. With {k} sub-categories a class, '
                         f'those of class c are {k} c to {k} c + {k - 1}. {REMEDY}')
    return found
