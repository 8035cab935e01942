"""The work dir of a pipeline: it belongs to one pipeline, and only one run at a time may use it."""
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from mmwsss.utils.errors import InputError
from mmwsss.utils.json_file import write_json
from mmwsss.utils.output import FULL_DISK, UNUSABLE
from mmwsss.utils.provenance import read_json_object

from .plan import Plan

FORMAT = 2  # of the records and fingerprints


def record_path(plan: Plan, stage: str) -> Path:
    """The record of the stage of this name."""
    return plan.work_dir / 'records' / f'{stage}.json'


def log_path(plan: Plan, stage: str) -> Path:
    """What the tool of the stage of this name printed."""
    return plan.work_dir / 'logs' / f'{stage}.log'


@contextmanager
def held_work_dir(plan: Plan) -> Iterator[TextIO]:
    """Make and lock the work dir. Stages inherit the lock, so a stage that survives a killed run still holds it.

    Yields:
        The lock file, with the ids of the running processes.

    Raises:
        InputError: the folder cannot be written, another run holds it, or it is of another pipeline.
        OSError: its disk is full; the error names it.
    """
    with _naming(plan.work_dir):
        for name in ('records', 'logs'):
            (plan.work_dir / name).mkdir(parents=True, exist_ok=True)
        with held_lock(plan.work_dir / 'lock', f'Another run, or a stage that survived one, uses {plan.work_dir}. '
                       'Wait for it, or end its processes') as lock:
            _claim(plan)
            yield lock


def is_held(work_dir: Path) -> bool:
    """Whether a run holds a work dir."""
    try:
        with open(work_dir / 'lock') as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


@contextmanager
def held_lock(path: Path, message: str) -> Iterator[TextIO]:
    """Hold a lock file, which may contain the ids of the processes that use what it stands for.

    Args:
        path: of the file.
        message: if another process holds it; the ids are added.

    Raises:
        InputError: another process holds it.
    """
    with open(path, 'a+') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise InputError(f'{message} ({lock.read().strip()}).') from error
        yield lock


@contextmanager
def _naming(work_dir: Path) -> Iterator[None]:
    """Name the work dir where its disk is full or it cannot be written."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL_DISK:
            error.filename = str(work_dir)
        if error.errno not in UNUSABLE or not error.filename:
            raise
        place = Path(str(error.filename))
        if place != work_dir and place not in work_dir.parents and work_dir not in place.parents:
            raise
        raise InputError(f'The work dir {work_dir} cannot be used ({place}: {error.strerror}). Give another '
                         '--work-dir.') from error


def _claim(plan: Plan) -> None:
    """Note which pipeline the work dir belongs to; stages may be added or removed.

    Raises:
        InputError: it belongs to a pipeline with other configs, it was written by an earlier version, or the note is
            damaged.
    """
    path = plan.work_dir / 'pipeline.json'
    own = {name: Path(network.path).name for name, stage in plan.stages.items() if (network := stage.network(plan))}
    note = read_json_object(path, 'Delete it; the next run writes it again.')
    if note is None:
        known = {}
    elif note and 'format' not in note and all(isinstance(value, str | list) for value in note.values()):
        raise InputError(f'{plan.work_dir} was written by an earlier version of mmwsss, whose records tell too little '
                         'to resume. Give another --work-dir, or finish it with that version.')
    elif note.get('format') == FORMAT and isinstance(note.get('networks'), dict):
        known = note['networks']
    else:
        raise InputError(f'{path} is damaged. Delete it; the next run writes it again.')
    differing = [f'its {key}: {known[key]}, here: {own[key]}' for key in own if key in known and known[key] != own[key]]
    if differing:
        raise InputError(f'{plan.work_dir} belongs to another pipeline ({"; ".join(differing)}). Give another '
                         '--work-dir.')
    write_json(path, dict(format=FORMAT, networks=own))
