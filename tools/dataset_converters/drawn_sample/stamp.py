"""The stamp of a folder: which sample it holds."""
import json
from pathlib import Path

from converter_parts.mmwsss_utils import InputError
from converter_parts.text_file import write_text

# Raise it when the same parameters give other images than before.
VERSION = 2
STAMP = 'sample.json'


def claim_folder(out: Path, parameters: dict) -> None:
    """Mark a folder as ours before anything is drawn into it.

    Args:
        out: new, empty, or holding (a part of) this sample.
        parameters: what decides the images.

    Raises:
        InputError: the folder holds something else, or a sample with other parameters.
    """
    stamp = out / STAMP
    if out.exists() and not out.is_dir():
        raise InputError(f'{out} is a file. Give a folder for the sample.')
    if not stamp.is_file():
        # Hidden files do not count: a run that was killed early may have left one.
        others = sorted(path.name for path in out.glob('[!.]*'))
        if others:
            raise InputError(f'{out} holds something else ({others[0]}). Give a new folder for the sample.')
        write_text(stamp, json.dumps(parameters) + '\n')
        return
    try:
        found = json.loads(stamp.read_text(encoding='utf-8'))
    except ValueError:
        found = None
    if found != parameters:
        raise InputError(f'{out} holds a sample with other parameters ({found}, not {parameters}). Give another '
                         'folder, or remove this one.')
