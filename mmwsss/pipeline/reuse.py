"""Stages that another pipeline has done, or is doing, with the same inputs."""
import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmwsss.utils.errors import InputError

from .plan import Plan
from .record import read_record
from .stage import Stage
from .work_dir import is_held

PAUSE = 5.0  # seconds between looks at a stage that another pipeline is doing


@contextmanager
def reusable(plan: Plan, stage: Stage, inputs: Mapping[str, str],
             places: Sequence[Path]) -> Iterator[dict[str, Any] | None]:
    """Take a stage from elsewhere; if another pipeline is doing it just now, wait for it.

    Other pipelines with the same places wait until the block is left: a record that it writes is seen by them.

    Args:
        plan, stage, inputs, places: see :func:`reuse_stage`; without places there is nothing to take.

    Yields:
        Its record, or `None`: then it is this pipeline that runs it.
    """
    told = False
    while True:
        with _locked(places):
            found = reuse_stage(plan, stage, inputs, places)
            maker = None if found else _at_work(plan, stage, inputs, places)
            if maker is None:
                yield found
                return
        if not told:
            print(f'{stage.name}: waits for {maker}, which is doing the same', flush=True)
        told = True
        time.sleep(PAUSE)


@contextmanager
def _locked(places: Sequence[Path]) -> Iterator[None]:
    """Hold the folders where others look, too; not on file systems that cannot lock a folder."""
    with ExitStack() as stack:
        for place in sorted({place.resolve() for place in places}):  # all in one order
            with suppress(OSError):
                handle = os.open(place, os.O_RDONLY)
                stack.callback(os.close, handle)
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _at_work(plan: Plan, stage: Stage, inputs: Mapping[str, str], places: Sequence[Path]) -> Path | None:
    """The folder of a stage that another pipeline is doing with the same tool and the same inputs."""
    for path, record in _records(plan, stage, inputs, places):
        if record['state'] == 'running' and not record.get('failed') and is_held(path.parent.parent):
            return path.parent.parent / path.stem
    return None


def reuse_stage(plan: Plan, stage: Stage, inputs: Mapping[str, str], places: Sequence[Path]) -> dict[str, Any] | None:
    """Link the output of a stage that is done elsewhere with the same tool and the same inputs.

    Args:
        plan: of the pipeline.
        stage: that has not run yet.
        inputs: its fingerprints, as its record will have them.
        places: work dirs, or folders with work dirs up to two levels below.

    Returns:
        The record of that stage, or `None` if there is none.
    """
    for path, record in _records(plan, stage, inputs, places):
        if record['state'] != 'done':
            continue
        source, folder = path.parent.parent / path.stem, stage.folder(plan)
        part = folder.with_name(f'.{folder.name}_linked')  # a killed run may have left one
        shutil.rmtree(part, ignore_errors=True)
        try:
            shutil.copytree(source, part, copy_function=_link)
            output = stage.output(plan)
            if replace(output, path=part / output.path.relative_to(folder)).mark() == record['output']:
                part.rename(folder)
                print(f'{stage.name}: taken from {source}', flush=True)
                return {key: value for key, value in record.items() if key != 'redo'}
        except (OSError, ValueError):  # moved, changed, incomplete, or an output elsewhere: the stage runs
            pass
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return None


def _records(plan: Plan, stage: Stage, inputs: Mapping[str, str],
             places: Sequence[Path]) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Records of other work dirs with this tool and these inputs, and their paths."""
    for place in places:
        for path in (path for levels in ('', '*/', '*/*/') for path in sorted(place.glob(f'{levels}records/*.json'))):
            if path.parent.parent.absolute() == plan.work_dir.absolute():
                continue
            with suppress(InputError):  # a damaged one; its own pipeline says so
                record = read_record(path)
                if record and (record.get('tool'), record['inputs']) == (stage.tool, inputs):
                    yield path, record


def _link(source: str, target: str) -> None:
    """Link a file, or copy it where the file system cannot."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
