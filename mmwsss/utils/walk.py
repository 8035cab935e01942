"""The one walk of folders: which files of a folder count."""
import os
from collections.abc import Iterator


def walk_files(folder: str | os.PathLike, suffixes: str | tuple[str, ...] = '',
               recursive: bool = True) -> Iterator[str]:
    """Yield the files of a local folder; nothing if it does not exist.

    Hidden files and hidden folders (`.thumbnails`, `.ipynb_checkpoints`) do not count. Links count like what they lead
    to, except for links to a folder above, which would never end, and broken ones. No file is queried on its own.

    Args:
        folder: its own name may be hidden or a link.
        suffixes: what names end in; case is ignored. Default: any.
        recursive: also the files in subfolders.

    Yields:
        Paths relative to the folder, in any order.
    """
    if os.path.isdir(folder):
        wanted = (suffixes, ) if isinstance(suffixes, str) else suffixes
        yield from _walk(os.fspath(folder), '', tuple(suffix.lower() for suffix in wanted), recursive, ())


def _walk(folder: str, below: str, suffixes: tuple[str, ...], recursive: bool,
          above: tuple[tuple[int, int], ...]) -> Iterator[str]:
    subfolders = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith('.'):
                continue
            try:
                is_file = entry.is_file()
            except OSError:  # a link to itself
                continue
            if is_file and entry.name.lower().endswith(suffixes):
                yield below + entry.name
            elif not is_file and recursive and entry.is_dir():
                subfolders.append(entry)
    if not subfolders:
        return
    place = os.stat(folder)
    above = (*above, (place.st_dev, place.st_ino))
    for entry in subfolders:
        if entry.is_symlink():
            target = os.stat(entry.path)
            if (target.st_dev, target.st_ino) in above:
                continue
        yield from _walk(entry.path, f'{below}{entry.name}{os.sep}', suffixes, recursive, above)
