"""A new folder of configs, lists and labels: written as a whole or not at all."""
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mmwsss.engine.config import read_config
from mmwsss.utils.errors import InputError
from mmwsss.utils.json_file import write_json


def require_new_folder(out: Path) -> None:
    """Check that a folder can be made where none is.

    Raises:
        InputError: it exists, or its parent cannot be written.
    """
    if out.exists() or out.is_symlink():
        raise InputError(f'{out} exists already. Give another --out, or move it away.')
    parent = out.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise InputError(f'{out} cannot be made: you may not write into {parent}. Give another --out.')


def base_path(base: Path, out: Path) -> str:
    """How configs in `out` name the folder of their bases: relative where both are in one place, to be moved together.

    Args:
        base: `configs/_base_`.
        out: the folder of the configs.
    """
    base, out = base.resolve(), out.absolute()
    return os.path.relpath(base, out) if out.is_relative_to(base.parents[1]) else str(base)


def write_new_folder(out: Path, texts: Mapping[str, str], lists: Mapping[str, Sequence[str]],
                     labels: Mapping[str, Sequence[str]]) -> None:
    """Write all files or none.

    Args:
        out: the folder.
        texts: of the configs, by file name.
        lists: ids of images, by the name of the list, without suffix.
        labels: id -> names of classes.

    Raises:
        InputError: it cannot be written, or MMEngine cannot read configs in it.
    """
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=f'.{out.name}-', dir=out.absolute().parent))
        try:
            for part, images in lists.items():
                (temporary / f'{part}.txt').write_text(''.join(f'{image}\n' for image in images), encoding='utf-8')
            write_json(temporary / 'labels.json', dict(labels), indent=None)
            for file, text in texts.items():
                (temporary / file).write_text(text, encoding='utf-8')
            _require_readable(temporary, texts, out)
            temporary.chmod(0o777 & ~_umask())
            temporary.rename(out.absolute())
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
    except OSError as error:
        raise InputError(f'{out} cannot be written: {error}. Give another --out.') from error


def _require_readable(folder: Path, files: Iterable[str], out: Path) -> None:
    """Check that the configs can be read and find their files, whatever the name of their folder is."""
    try:
        found = {file: read_config(str(folder / file)) for file in files}
        readable = Path(found['facts.py'].facts.label_file).samefile(folder / 'labels.json')
    except (InputError, OSError):
        readable = False
    if not readable:
        raise InputError(f"MMEngine cannot read configs in {str(out.absolute())!r}, because of special characters in "
                         'this path. Give another --out.')


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
