"""The record of a stage, which tells whether it has to run."""
import os
from collections.abc import Mapping
from pathlib import Path
from types import FunctionType
from typing import Any

from mmwsss.utils.errors import InputError
from mmwsss.utils.json_file import write_json
from mmwsss.utils.provenance import read_json_object, settings_mark

# Settings that change how or where a stage runs, not what it computes. The images have a fingerprint of their own.
HARMLESS = {'custom_imports', 'data_root', 'default_hooks', 'env_cfg', 'launcher', 'log_level', 'log_processor',
            'num_workers', 'persistent_workers', 'resume', 'vis_backends', 'visualizer', 'work_dir'}
# The content of a record, and what a finished stage adds to it.
RUNNING = dict(inputs=dict, seconds=int | float)
DONE = dict(output=str, metrics=dict, peak_megabytes=int | float, disk_megabytes=int | float)


def config_mark(settings: Mapping[str, Any]) -> str:
    """The fingerprint of everything in a config that decides what is computed, in any process and on any machine.

    Of an absolute path only the last part counts: contents have fingerprints of their own, so a folder can be moved.
    """
    return settings_mark(_relevant(settings))


def read_record(path: Path) -> dict[str, Any] | None:
    """The record of a stage; `None` if it never started.

    Raises:
        InputError: the file is damaged.
    """
    remedy = f'Run the stage again with --redo {path.stem}.'
    record = read_json_object(path, remedy)
    if record is not None and not _is_record(record):
        raise InputError(f'{path} is damaged. {remedy}')
    return record


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write the record of a stage."""
    write_json(path, record)


def _is_record(record: Mapping[str, Any]) -> bool:
    """Whether it has everything that is read of a record."""
    kinds = RUNNING | DONE if record.get('state') == 'done' else RUNNING
    return record.get('state') in ('running', 'done') and all(
        isinstance(record.get(key), kind) for key, kind in kinds.items())


def _relevant(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _relevant(item) for key, item in value.items() if key not in HARMLESS}
    if isinstance(value, list | tuple):
        return [_relevant(item) for item in value]
    if isinstance(value, set | frozenset):  # its order, and the address in a function's text, differ in each process
        return sorted(map(str, value))
    if isinstance(value, FunctionType):
        return f'{value.__module__}.{value.__qualname__}'
    return os.path.basename(value) if isinstance(value, str) and os.path.isabs(value) else value
