"""What there is for each image of a data set, and how a kind of annotations finds it."""
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

import numpy as np

from mmwsss.pseudo_labels.strokes import UNLABELLED
from mmwsss.utils.errors import InputError, first_names


class Annotations(NamedTuple):
    """What there is for each image, and how it becomes a label map.

    Attributes:
        find: id of an image -> what :attr:`draw` reads, or `None`.
        draw: what was found, the image `(H, W, 3)` uint8 RGB -> `(H, W)` uint8 label map; it can be sent to processes.
    """
    find: Callable[[str], Any]
    draw: Callable[[Any, np.ndarray], np.ndarray]


def single_source(sources: Sequence[Path], kind: str, what: str) -> Path:
    """The only source of a kind that is read from one.

    Args:
        sources: that were given.
        kind: of annotations, for messages.
        what: the source is, for messages, e.g. 'a folder'.

    Raises:
        InputError: there are several, or it does not exist.
    """
    if len(sources) != 1:
        raise InputError(f'{kind} are read from {what}, got {len(sources)} paths: {first_names(sources)}. Give one.')
    if not sources[0].exists():
        raise InputError(f'{sources[0]} does not exist. {kind} are read from {what}; check the path.')
    return sources[0]


def file_of(folder: Path, suffixes: Sequence[str], name: str) -> Path | None:
    """The file of an image, by its id or by the last part of it."""
    places = (folder / f'{one}{suffix}' for one in dict.fromkeys((name, PurePosixPath(name).name))
              for suffix in suffixes)
    return next((place for place in places if place.is_file()), None)


def entry_of(place: str, entries: Mapping[str, Any], name: str) -> tuple[str, Any] | None:
    """The entry of an image, found by its id or by the last part of it.

    Args:
        place: of the entries, for messages.
        entries: by id, or by the last part of one.
        name: id of the image.

    Returns:
        What names it in messages, and the entry; `None` without one.
    """
    key = next((key for key in (name, PurePosixPath(name).name) if key in entries), None)
    return None if key is None else (f'{place}: {key}', entries[key])


def require_labelled(labels: np.ndarray, what: str) -> np.ndarray:
    """Return a label map `(H, W)` from which something can be learnt.

    Args:
        labels: `UNLABELLED` where nothing is known.
        what: names the annotation in messages.

    Raises:
        InputError: it is unlabelled everywhere.
    """
    if (labels == UNLABELLED).all():
        raise InputError(f'{what} has no labelled pixel: it is empty, metainfo.classes lacks its classes, or strokes '
                         'of two classes cover each other. Remove the image from the list, or add its classes to '
                         'metainfo.classes.')
    return labels
