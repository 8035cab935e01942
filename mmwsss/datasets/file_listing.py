"""Listing folders of any file backend."""
import os
from collections.abc import Iterator
from pathlib import PurePath

import mmengine.fileio as fileio
from mmengine.fileio.backends import LocalBackend

from mmwsss.utils.walk import walk_files


def files_in(folder: str, recursive: bool = False, backend_args: dict | None = None) -> Iterator[str]:
    """Yield the files of a folder, see :func:`walk_files`; nothing if it does not exist.

    On a local disk, no file is queried; MMEngine's listing takes 30 times as long.

    Args:
        folder: a path, or a URI of one of MMEngine's file backends.
        recursive: also the files in subfolders.
        backend_args: of MMEngine's file backend.

    Yields:
        Paths relative to the folder, in any order.
    """
    if isinstance(fileio.get_file_backend(folder, backend_args=backend_args), LocalBackend):
        yield from walk_files(folder, recursive=recursive)
    elif fileio.isdir(folder, backend_args):
        listed = fileio.list_dir_or_file(folder, list_dir=False, recursive=recursive, backend_args=backend_args)
        yield from (name for name in listed if not any(part.startswith('.') for part in name.split('/')))


def lists_beside(path: str | os.PathLike, backend_args: dict | None = None) -> list[str]:
    """The names of the lists in the folder of a list that is missing, without their ending, for messages.

    Args:
        path: of the list, or a URI of one of MMEngine's file backends.
        backend_args: of MMEngine's file backend.
    """
    folder, _, name = str(path).rpartition('/')
    suffix = PurePath(name).suffix
    return sorted(file.removesuffix(suffix) for file in files_in(folder or '.', backend_args=backend_args)
                  if file.endswith(suffix))
