"""Outputs that cannot be written: one message instead of a traceback."""
import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import InputError

FULL_DISK = (errno.ENOSPC, errno.EDQUOT)  # the second: a user's quota
# Errors of a path that is a file, lies below one, or may not be written. A missing file (ENOENT) may be a bug.
UNUSABLE = (errno.EACCES, errno.EPERM, errno.EROFS, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG,
            errno.ELOOP)


@contextmanager
def explained_output(path: str | os.PathLike, kind: str = 'file') -> Iterator[None]:
    """Turn an OSError of an output into an `InputError`; a full disk stays one, for how to resume, and gets a filename.

    Args:
        path: of the output.
        kind: 'file' or 'folder', for the message.

    Raises:
        InputError: a folder cannot be created, a file is in its place, there is no permission, ...
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL_DISK and error.filename is None:
            error.filename = os.fspath(path)  # of the system, only opening a file names it
        if error.errno is None or error.errno in FULL_DISK:  # the first: not from the system, e.g. an encoder's
            raise
        place = f' ({error.filename})' if error.filename and str(error.filename) != str(path) else ''
        raise InputError(f'The {kind} {path} cannot be written: {error.strerror or error}{place}. Choose another '
                         'output path, or make this one writable.') from error


def require_folder(folder: str | os.PathLike) -> None:
    """Create a folder for outputs, and check that files can be written into it.

    Raises:
        InputError: it cannot be created or written.
    """
    with explained_output(folder, 'folder'):
        Path(folder).mkdir(parents=True, exist_ok=True)
        if not os.access(folder, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), os.fspath(folder))


def require_file(path: str | os.PathLike) -> None:
    """Check that a file can be written, and create its folder.

    Raises:
        InputError: it is a folder, or its folder cannot be created or written.
    """
    with explained_output(path):
        if Path(path).is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), os.fspath(path))
    require_folder(Path(path).parent)
