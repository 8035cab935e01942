"""What the caller knows of images beside their pixels: labels and CAM files."""
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mmwsss.utils.errors import InputError

from .inputs import InputImage


def labels_of(images: Sequence[InputImage], labels: Sequence[str] | Mapping[str, Sequence[str]] | None,
              known: Sequence[str]) -> dict[str, list[str]] | None:
    """Return the labels of each image by its name.

    Args:
        images: with their names.
        labels: names of classes, for all images or by their names; `None` if unknown.
        known: classes of the network.

    Raises:
        InputError: they are no names of classes, a class is unknown, or an image has none.
    """
    if labels is None:
        return None
    if not isinstance(labels, Mapping):
        labels = {entry.name: labels for entry in images}
    labels = {name: [found] if isinstance(found, str) else found for name, found in labels.items()}
    wrong = [found for found in labels.values() if not isinstance(found, Iterable) or isinstance(found, bytes)]
    if wrong:
        raise InputError(f'labels has {wrong[0]!r}. Pass names of classes, or a dictionary from names of images to '
                         'names of classes.')
    labels = {name: list(found) for name, found in labels.items()}
    without = [entry.name for entry in images if entry.name not in labels]
    if without:
        raise InputError(f'{len(without)} of {len(images)} images have no labels, e.g. {without[0]}. Pass labels '
                         'for every name, or none.')
    unknown = sorted({str(label) for names in labels.values() for label in names if label not in known})
    if unknown:
        raise InputError(f'{", ".join(unknown)}: no such class. This network knows {", ".join(known)}.')
    return {name: list(names) for name, names in labels.items()}


def find_cams(images: Sequence[InputImage], folder: str | Path) -> dict[str, str]:
    """Return the path of each image's CAM file by the image's name.

    Args:
        images: with their names.
        folder: of the files, `<name>.npz` or `.npy`.

    Raises:
        InputError: an image has no file.
    """
    files = {entry.name: next((path for suffix in ('.npz', '.npy')
                                 if (path := Path(folder, entry.name + suffix)).is_file()), None)
             for entry in images}
    absent = [name for name, path in files.items() if path is None]
    if absent:
        raise InputError(f'{len(absent)} of {len(files)} images have no CAM in {folder}, e.g. {absent[0]} (.npz '
                         'or .npy). Make them with tools/make_cams.py, or with a classifier and tools/infer.py.')
    return {name: str(path) for name, path in files.items()}
