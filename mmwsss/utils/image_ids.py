"""Ids of images: a path below the folder of images, without suffix, with `/` between its parts."""
import os
import posixpath
from pathlib import Path, PurePosixPath

from .errors import InputError


def clean_id(name: str) -> str:
    """An id or a file name as somebody wrote it, in one form: `/` between parts, no `./`, `//` or `a/../`.

    Args:
        name: relative or absolute.
    """
    name = name.strip().replace('\\', '/')
    return posixpath.normpath(name) if name else name


def id_below(name: str, folder: str) -> str:
    """Normalise an entry of a list to a path below the folder of images.

    Args:
        name: relative to the folder, or absolute and below it; `..` may lead out of the folder and back.
        folder: the folder of images; a relative one starts from the current folder. It may be a URI.

    Raises:
        InputError: the path is outside of the folder, so that results would be written outside of their folder, too.
    """
    remote = '://' in folder
    found = clean_id(name.removeprefix(folder.rstrip('/') + '/') if remote else name)
    if not leaves(found):
        return found
    for real in () if remote else (os.path.abspath, os.path.realpath):  # a folder may be reached through a link
        place, path = real(folder), real(os.path.join(real(folder), found))
        if path.startswith(os.path.join(place, '')):
            return os.path.relpath(path, place).replace(os.sep, '/')
    raise InputError(f'{name} is outside of the image folder {folder}. Write ids relative to that folder, or set '
                     'data_prefix.img_path to a folder that contains all images.')


def file_of_id(folder: str | os.PathLike, name: str, suffix: str) -> Path:
    """The file of an image in a folder of results, `<folder>/<id><suffix>`, never outside of the folder.

    Raises:
        InputError: the id is absolute or leads out of the folder.
    """
    if leaves(posixpath.normpath(str(name))):
        raise InputError(f'The image id {name} leads out of the folder {folder}, so nothing is written for it. Ids '
                         'must be paths below the folder of images: correct the list, or the img_id of the dataset.')
    return Path(folder) / f'{name}{suffix}'


def leaves(name: str) -> bool:
    """Whether a normalised path is absolute or starts with `..`."""
    return PurePosixPath(name).is_absolute() or name.split('/', 1)[0] == '..' or os.path.isabs(name)
