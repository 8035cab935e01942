"""A stage of the pipeline, and the record that tells whether it has to run."""
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmwsss.engine.output_folder import file_mark
from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError

# Settings that change how or where a stage runs and not what it computes; the images have a mark of their own.
HARMLESS = {'custom_imports', 'data_root', 'default_hooks', 'env_cfg', 'launcher', 'log_level', 'log_processor',
            'num_workers', 'persistent_workers', 'resume', 'vis_backends', 'visualizer', 'work_dir'}
# What a record holds, and what a finished stage adds to it.
RUNNING = dict(inputs=dict, seconds=int | float)
DONE = dict(output=str, metrics=dict, peak_megabytes=int | float, disk_megabytes=int | float)


@dataclass
class Stage:
    """One call of a tool.

    Attributes:
        name: of the stage.
        tool: file in `tools/`.
        arguments: of the tool, without `--cfg-options`.
        options: of `--cfg-options`.
        folder: where its outputs lie.
        output: what the next stages read: a file, or a folder and the suffix of its files.
        inputs: everything that decides the outputs, of what JSON can hold.
        metrics: reads the figures of the table when the stage is done.
        batch_keys: options that hold the batch over all processes, and its size; empty where it does not matter.
        parallel: whether the tool runs in several processes under a launcher.
        resume: arguments with which a stage that was interrupted goes on.
    """
    name: str
    tool: str
    arguments: list[str]
    folder: Path
    output: tuple[Path, str]
    inputs: dict[str, Any]
    metrics: Callable[[], dict[str, float]]
    options: dict[str, Any] = field(default_factory=dict)
    batch_keys: dict[str, int] = field(default_factory=dict)
    parallel: bool = True
    resume: tuple[str, ...] = ()

    def output_mark(self) -> str:
        """What identifies the content of the output.

        Raises:
            InputError: it is not there.
        """
        path, suffix = self.output
        return folder_mark(path, suffix) if suffix else file_mark(path)


def folder_mark(folder: Path, suffix: str) -> str:
    """The number of a folder's files and a checksum of their names and contents.

    Raises:
        InputError: there are none.
    """
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob(f'*{suffix}')
                   if not path.name.startswith('.')) if folder.is_dir() else []
    if not names:
        raise InputError(f'{folder} holds no {suffix} files.')
    checksum = 0
    for name in names:
        checksum = zlib.crc32((folder / name).read_bytes(), zlib.crc32(name.encode(), checksum))
    return f'{len(names)} files {checksum:08x}'


def config_mark(settings: Mapping[str, Any]) -> str:
    """A checksum of everything in settings that decides what is computed."""
    return f'{zlib.crc32(json.dumps(_relevant(settings), sort_keys=True, default=str).encode()):08x}'


def read_record(path: Path) -> dict[str, Any] | None:
    """What is known of a stage: `None` if it was never begun.

    Raises:
        InputError: the file is damaged.
    """
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text())
    except ValueError:
        record = None
    if not _is_record(record):
        raise InputError(f'{path} is damaged. Make the stage anew by --redo {path.stem}.')
    return record


def write_record(path: Path, record: Mapping[str, Any]) -> None:
    """Write what is known of a stage."""
    with atomic_path(path) as temporary:
        temporary.write_text(json.dumps(record, indent=1, default=str) + '\n')


def _is_record(record: Any) -> bool:
    """Whether all that is read of a record is in it."""
    if not isinstance(record, dict):
        return False
    kinds = RUNNING | DONE if record.get('state') == 'done' else RUNNING
    return record.get('state') in ('running', 'done') and all(
        isinstance(record.get(key), kind) for key, kind in kinds.items())


def _relevant(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _relevant(item) for key, item in value.items() if key not in HARMLESS}
    if isinstance(value, list | tuple):
        return [_relevant(item) for item in value]
    return value
