"""Folders of outputs that remember what they were made from."""
import hashlib
import json
import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from mmwsss.datasets.image_labels import first_names
from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError

RECORD = 'made_from.json'


def claim_folder(folder: str | os.PathLike, made_from: Mapping[str, Any], suffix: str, overwrite: bool = False) -> None:
    """Make a folder for outputs, or go on with one that was made from the same.

    Args:
        folder: of the outputs.
        made_from: everything that decides their content; kept in `made_from.json`, what JSON cannot hold as its text.
        suffix: of the outputs, also in folders below.
        overwrite: delete the outputs and the record that are there.

    Raises:
        InputError: the folder's outputs were made from something else (what differs is named), nobody knows from
            what, or the record cannot be read.
    """
    folder = Path(folder)
    made_from = json.loads(json.dumps(made_from, default=str))
    record = folder / RECORD
    if overwrite:
        record.unlink(missing_ok=True)
        for path in folder.rglob(f'*{suffix}'):
            path.unlink()
    remedy = 'Choose another folder, or delete its files by --overwrite.'
    known = read_record(folder)
    if known is not None:
        differing = _differences(known, made_from)
        if differing:
            raise InputError(f'{folder} holds files that were made from something else: {"; ".join(differing)}. '
                             f'{remedy}')
        return
    if any(folder.rglob(f'*{suffix}')):
        raise InputError(f'{folder} holds {suffix} files, but no {RECORD} that says what they were made from. {remedy}')
    with atomic_path(record) as temporary:
        temporary.write_text(json.dumps(made_from, indent=1) + '\n')


def check_complete(folder: str | os.PathLike, ids: Collection[str], suffix: str = '.png') -> None:
    """See that a folder has exactly one file for each image of a list.

    Args:
        folder: of the files, `<id><suffix>`; hidden ones do not count.
        ids: of the images; one with slashes is a path below the folder.
        suffix: of the files.

    Raises:
        InputError: naming the first that are missing or left over.
    """
    folder, wanted = Path(folder), set(ids)
    found = {path.relative_to(folder).as_posix().removesuffix(suffix) for path in folder.rglob(f'*{suffix}')
             if not path.name.startswith('.')}
    missing, extra = sorted(wanted - found), sorted(found - wanted)
    if missing:
        raise InputError(f'{folder} has no {suffix} of {len(missing)} of {len(wanted)} images of the list, e.g. '
                         f'{first_names(missing)}. Make them by the same command, which keeps what is there.')
    if extra:
        raise InputError(f'{folder} holds {len(extra)} {suffix} files of images that are not in the list, e.g. '
                         f'{first_names(extra)}. Delete them, or take a list that names them.')


def file_mark(path: str | os.PathLike) -> str:
    """What identifies a file's content: its name and the first 16 hexadecimal digits of its SHA-256.

    Raises:
        InputError: there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f'{path} does not exist. Give the path of a file.')
    digest = hashlib.sha256()
    with open(path, 'rb') as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return f'{path.name} {digest.hexdigest()[:16]}'


def read_record(folder: str | os.PathLike) -> dict[str, Any] | None:
    """What a folder's files were made from; `None` where nothing says so.

    Raises:
        InputError: the record cannot be read.
    """
    record = Path(folder) / RECORD
    if not record.is_file():
        return None
    try:
        return dict(json.loads(record.read_text()))
    except (OSError, ValueError) as error:
        raise InputError(f'{record} cannot be read ({error}). Choose another folder, or delete its files by '
                         '--overwrite.') from error


def _differences(old: Any, new: Any, name: str = '') -> list[str]:
    """What differs between two records, as `name: old, now new`."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [line for key in sorted(old.keys() | new.keys())
                for line in _differences(old.get(key), new.get(key), f'{name}.{key}' if name else key)]
    return [] if old == new else [f'{name}: {old}, now {new}']
