"""Records of what files were made from: fingerprints of files, folders and settings."""
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from .errors import InputError
from .json_file import write_json

RECORD = 'made_from.json'
DIGITS = 16  # hexadecimal digits of the SHA-256 in a fingerprint


def digest(parts: Iterable[bytes]) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of concatenated data."""
    total = hashlib.sha256()
    for part in parts:
        total.update(part)
    return total.hexdigest()[:DIGITS]


def file_mark(path: str | os.PathLike) -> str:
    """The fingerprint of a file: its name and a digest of its content.

    Raises:
        InputError: the file does not exist.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'{path} does not exist. Check the path.')
    return f'{path.name} {digest(_blocks(path))}'


def folder_mark(folder: str | os.PathLike, suffix: str) -> str:
    """The fingerprint of a folder: the number of its files and a digest of their names and contents.

    Args:
        folder: searched with its subfolders, without hidden files.
        suffix: suffix of the files.

    Raises:
        InputError: the folder has no such files.
    """
    folder = Path(folder)
    names = sorted(_names(folder, suffix)) if folder.is_dir() else []
    if not names:
        raise InputError(f'{folder} contains no {suffix} files. Check the path.')
    contents = (part for name in names for part in (name.encode(), (folder / name).read_bytes()))
    return f'{len(names)} files {digest(contents)}'


def settings_mark(settings: Any) -> str:
    """The fingerprint of settings; values that are not JSON are converted to strings."""
    return digest([json.dumps(settings, sort_keys=True, default=str).encode()])


def read_json_object(path: str | os.PathLike, remedy: str) -> dict[str, Any] | None:
    """Read a JSON file that contains an object; `None` if the file does not exist.

    Args:
        path: the file.
        remedy: the sentence in the error message that says what to do.

    Raises:
        InputError: the file is damaged.
    """
    path = Path(path)
    if not path.is_file():
        return None
    try:
        value = json.loads(path.read_text(encoding='utf-8'))
    except (OSError, ValueError):
        value = None
    if not isinstance(value, dict):
        raise InputError(f'{path} is damaged. {remedy}')
    return value


def read_made_from(folder: str | os.PathLike) -> dict[str, Any] | None:
    """The record of what a folder's files were made from, written by :func:`claim_folder`; `None` without one.

    Raises:
        InputError: the record is damaged.
    """
    return read_json_object(Path(folder) / RECORD, 'Choose another folder, or delete its files with --overwrite.')


def claim_folder(folder: str | os.PathLike, made_from: Mapping[str, Any], suffix: str, overwrite: bool = False) -> None:
    """Prepare a folder for output files, or resume one whose files were made from the same inputs.

    Args:
        folder: the output folder.
        made_from: everything that determines the files' content; recorded in `made_from.json`.
        suffix: suffix of the files, also in subfolders.
        overwrite: delete existing files and their record.

    Raises:
        InputError: existing files were made from other inputs (the message names the differences), or their record
            is missing or damaged.
    """
    folder = Path(folder)
    made_from = json.loads(json.dumps(made_from, default=str))
    if overwrite:
        (folder / RECORD).unlink(missing_ok=True)
        for path in folder.rglob(f'*{suffix}'):
            path.unlink()
    remedy = 'Choose another folder, or delete its files with --overwrite.'
    known = read_made_from(folder)
    if known is not None:
        differing = _differences(known, made_from)
        if differing:
            raise InputError(f'{folder} contains files that were made from other inputs: {"; ".join(differing)}. '
                             f'{remedy}')
        return
    if any(folder.rglob(f'*{suffix}')):
        raise InputError(f'{folder} contains {suffix} files, but no {RECORD} that says what they were made from. '
                         f'{remedy}')
    write_json(folder / RECORD, made_from)


def check_complete(folder: str | os.PathLike, ids: Collection[str], suffix: str = '.png') -> None:
    """Check that a folder has exactly one file per image in a list.

    Args:
        folder: contains the files `<id><suffix>`; hidden files do not count.
        ids: image ids; an id with slashes is a path below the folder.
        suffix: suffix of the files.

    Raises:
        InputError: files are missing, or do not belong to an image in the list; the message names the first.
    """
    folder, wanted = Path(folder), set(ids)
    found = {name.removesuffix(suffix) for name in _names(folder, suffix)}
    missing, extra = sorted(wanted - found), sorted(found - wanted)
    if missing:
        raise InputError(f'{folder} has no {suffix} file for {len(missing)} of the {len(wanted)} images in the list, '
                         f'e.g. {_first(missing)}. Run the same command again; existing files are kept.')
    if extra:
        raise InputError(f'{folder} contains {len(extra)} {suffix} files of images that are not in the list, e.g. '
                         f'{_first(extra)}. Delete them, or use a list that contains them.')


def _blocks(path: Path) -> Iterable[bytes]:
    with open(path, 'rb') as file:
        while block := file.read(1 << 20):
            yield block


def _names(folder: Path, suffix: str) -> Iterable[str]:
    """Paths of the files, relative to the folder."""
    return (path.relative_to(folder).as_posix() for path in folder.rglob(f'*{suffix}') if not path.name.startswith('.'))


def _first(names: list[str]) -> str:
    return ', '.join(names[:3]) + (', ...' if len(names) > 3 else '')


def _differences(old: Any, new: Any, name: str = '') -> list[str]:
    """The differences between two records, as `name: old, now new`."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [line for key in sorted(old.keys() | new.keys())
                for line in _differences(old.get(key), new.get(key), f'{name}.{key}' if name else key)]
    return [] if old == new else [f'{name}: {old}, now {new}']
