"""Records of what files were made from: fingerprints of files, folders and settings."""
import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from .errors import InputError
from .image_ids import file_of_id
from .json_file import write_json
from .output import require_folder
from .walk import walk_files

RECORD = 'made_from.json'
FILES = 'files'  # key of the list of files in a record
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


def source_mark(path: str | os.PathLike, suffixes: Sequence[str]) -> str:
    """The fingerprint of a file, or of the files with the first of these suffixes that a folder has.

    Args:
        path: file or folder.
        suffixes: of the files in a folder.

    Raises:
        InputError: the file does not exist, or the folder has no such files.
    """
    if not os.path.isdir(path):
        return file_mark(path)
    found = (suffix for suffix in suffixes if next(walk_files(path, suffix), None))
    return folder_mark(path, next(found, suffixes[0]))


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
    record = _read_record(Path(folder))
    return record and {name: value for name, value in record.items() if name != FILES}


def claim_folder(folder: str | os.PathLike, made_from: Mapping[str, Any], names: Iterable[str], suffix: str,
                 overwrite: bool = False) -> None:
    """Prepare a folder for output files, or resume one whose files were made from the same inputs.

    The record `made_from.json` also lists the files that were written here (`files`). Only these are ever deleted:
    files that were there before, or that somebody added, are not.

    Args:
        folder: the output folder.
        made_from: everything that determines the files' content; recorded.
        names: ids of the images; their files are `<id><suffix>`.
        suffix: suffix of the files, also in subfolders.
        overwrite: delete the files that the record lists, and the record.

    Raises:
        InputError: existing files were made from other inputs (the message names the differences), the folder contains
            files that no record lists, the record is damaged, an id leads out of the folder, or the folder cannot be
            written. Nothing is deleted then.
    """
    folder = Path(folder)
    made_from = json.loads(json.dumps(made_from, default=str))
    wanted = {file_of_id('', name, suffix).as_posix() for name in names}
    require_folder(folder)
    known, listed = _read_record(folder), set()
    there = set(_names(folder, suffix))
    if known is not None:
        listed = set(known.pop(FILES, wanted & there))  # records of older versions list no files
    if known is not None and not overwrite:
        differing = _differences(known, made_from)
        if differing:
            raise InputError(f'{folder} contains files that were made from other inputs: {"; ".join(differing)}. '
                             'Choose another folder, or delete these files with --overwrite.')
        new = listed | (wanted - there)
        if new != listed:
            write_json(folder / RECORD, {**made_from, FILES: sorted(new)}, indent=None)
        return
    others = sorted(there - listed)
    if others:
        raise InputError(f'{folder} contains {len(others)} {suffix} files that its {RECORD} does not list, e.g. '
                         f'{_first(others)}. They were not written by this tool, so it does not delete them, not even '
                         'with --overwrite. Choose another folder, or move them away.')
    for name in sorted(listed):
        file_of_id(folder, name, '').unlink(missing_ok=True)
    write_json(folder / RECORD, {**made_from, FILES: sorted(wanted)}, indent=None)


def _read_record(folder: Path) -> dict[str, Any] | None:
    """The record of a folder with its list of files.

    Raises:
        InputError: it is damaged.
    """
    return read_json_object(folder / RECORD, 'It says which files may be deleted. Choose another folder, or delete '
                            'this one yourself.')


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
    return (name.replace(os.sep, '/') for name in walk_files(folder, suffix))


def _first(names: list[str]) -> str:
    return ', '.join(names[:3]) + (', ...' if len(names) > 3 else '')


def _differences(old: Any, new: Any, name: str = '') -> list[str]:
    """The differences between two records, as `name: old, now new`."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [line for key in sorted(old.keys() | new.keys())
                for line in _differences(old.get(key), new.get(key), f'{name}.{key}' if name else key)]
    return [] if old == new else [f'{name}: {old}, now {new}']
