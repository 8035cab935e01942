"""One stage of a run: skipped if it is done, resumed, or run from scratch."""
import shlex
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from mmwsss.utils.errors import InputError
from mmwsss.utils.walk import walk_files

from .launcher import Launcher
from .machine import machine
from .plan import Plan
from .process import Processes
from .process import call as call_process
from .record import read_record, write_record
from .reuse import reusable
from .stage import Call, Stage
from .status import progress_of
from .work_dir import log_path, record_path


def run_stage(plan: Plan, stage: Stage, launcher: Launcher, processes: Processes, lock: TextIO, redo: list[str],
              must_be_done: bool, reuse: Sequence[Path]) -> dict[str, Any]:
    """Run a stage if it has to.

    Args:
        plan: of the pipeline; the stages before this one are done.
        stage: of the plan.
        launcher: of its tool.
        processes: starts the tool.
        lock: of the work dir, see :func:`mmwsss.pipeline.process.call`.
        redo: all names that --redo asks for, if this stage is among them; else none.
        must_be_done: whether --from starts after it.
        reuse: see :func:`run_pipeline`.

    Returns:
        Its record.

    Raises:
        InputError: it fails, is not done although it must be, or its output was changed or is not the pipeline's.
    """
    if not stage.tool:
        return _given(plan, stage)
    path = record_path(plan, stage.name)
    record, call = _known(path, redo), stage.call(plan)
    inputs = _as_recorded(call)
    begun = record if record and record['inputs'] == inputs and not _asks_anew(record, redo) else None
    if begun and begun['state'] == 'done':
        _check_output(plan, stage, begun)
        note = ', run again before the interruption' if redo else ''
        print(f'{stage.name}: done ({begun["seconds"]:.0f} s{note})', flush=True)
        return begun
    if must_be_done:
        raise InputError(f'{stage.name} is not done with these inputs, but --from starts after it. Omit --from.')
    if not begun:
        _make_way(stage.folder(plan), stage.name, record, inputs, redo)
    with reusable(plan, stage, inputs, () if redo or record else reuse) as found:
        if found:
            write_record(path, found)
            return found
        command, earlier = launcher.command(stage, call, resume=begun is not None), begun or {}
        redo = redo or earlier.get('redo', [])
        record = dict(state='running', tool=stage.tool, inputs=inputs, seconds=earlier.get('seconds', 0.0),
                      **dict(redo=redo) if redo else {}, command=shlex.join(command))
        write_record(path, record)
    log = log_path(plan, stage.name)
    print(f'{stage.name}: {"resumes" if begun else "starts"}{launcher.note(call)} (output in {log})', flush=True)
    return _run_tool(plan, stage, command, record, processes, lock)


def _run_tool(plan: Plan, stage: Stage, command: Sequence[str], record: dict[str, Any], processes: Processes,
              lock: TextIO) -> dict[str, Any]:
    """Run the tool of a stage to its end, and complete the record, which gets the time now and then."""
    path, log, start, spent = record_path(plan, stage.name), log_path(plan, stage.name), time.time(), record['seconds']

    def note_time() -> tuple[float, str]:
        record['seconds'] = spent + time.time() - start
        write_record(path, record)
        return progress_of(plan)

    try:
        peak = call_process(command, log, stage.name, lock, note_time, processes)
    except InputError:
        record['failed'] = True  # for --status; the next run starts a new record
        raise
    finally:
        note_time()
    record.update(_outcome(plan, stage), state='done', peak_megabytes=round(peak, 1),
                  ended=time.strftime('%Y-%m-%dT%H:%M:%S%z'), machine=machine())
    write_record(path, record)
    return record


def finished_record(plan: Plan, stage: Stage) -> dict[str, Any] | None:
    """The record of a stage that :func:`run_stage` would skip, else `None`. Its output is not read.

    Args:
        plan: of the pipeline, with the records of the stages before this one.
        stage: of the plan.

    Raises:
        InputError: its record is damaged.
    """
    if not stage.tool:
        return _given(plan, stage)
    record = read_record(record_path(plan, stage.name))
    done = record is not None and record['state'] == 'done' and record['inputs'] == _as_recorded(stage.call(plan))
    return record if done else None


def _given(plan: Plan, stage: Stage) -> dict[str, Any]:
    """The record of a stage that nothing runs for."""
    return dict(state='done', inputs={}, seconds=0.0, output=stage.output(plan).mark(), metrics={},
                peak_megabytes=0.0, disk_megabytes=0.0)


def _as_recorded(call: Call) -> dict[str, str]:
    """The inputs of a stage as its record has them."""
    return {key: str(value) for key, value in call.inputs.items()}


def _known(path: Path, redo: list[str]) -> dict[str, Any] | None:
    """The record of a stage; if it is damaged, --redo can still run the stage again."""
    try:
        return read_record(path)
    except InputError:
        if not redo:
            raise
        return dict(state='running', inputs={}, seconds=0.0)


def _asks_anew(record: dict[str, Any], redo: list[str]) -> bool:
    """Whether --redo asks for a stage that an interrupted run with the same --redo has not started yet."""
    earlier = record.get('redo')
    return bool(redo) and not (earlier and (earlier == redo or record['state'] == 'running'))


def _make_way(folder: Path, name: str, record: dict[str, Any] | None, inputs: dict[str, str],
              redo: list[str]) -> None:
    """Move the old output of a stage that starts from scratch away.

    Raises:
        InputError: the folder contains files of something else.
    """
    if record is None and not redo:
        if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
            raise InputError(f'{folder} contains files that this pipeline did not write. Move them away, let '
                             f'--redo {name} do that, or give another --work-dir.')
        return
    known = record['inputs'] if record else {}
    changed = sorted(key for key in known.keys() | inputs.keys() if known.get(key) != inputs.get(key))
    reason = 'as asked by --redo' if record is None or _asks_anew(record, redo) else f'changed: {", ".join(changed)}'
    print(f'{name}: runs again, {reason}', flush=True)
    _put_aside(folder)


def _put_aside(folder: Path) -> None:
    """Rename a folder instead of deleting it: its content may have taken hours."""
    number = 1
    while (aside := folder.with_name(f'{folder.name}_old_{number}')).exists():
        number += 1
    if folder.exists():
        folder.rename(aside)
        print(f'  its earlier output is now in {aside}', flush=True)
    shutil.rmtree(folder.with_name(f'{folder.name}_log'), ignore_errors=True)


def _outcome(plan: Plan, stage: Stage) -> dict[str, Any]:
    """What is recorded of a finished stage.

    Raises:
        InputError: its output does not exist, or is a checkpoint that cannot be read.
    """
    output = stage.output(plan)
    if stage.makes_checkpoint and not _is_readable(output.path):
        raise InputError(f'The stage {stage.name} ended, but its checkpoint {output.path} is missing or cannot be '
                         'read. Run the same command again to resume from the last one that can.')
    folder = stage.folder(plan)
    size = sum((folder / name).stat().st_size for name in walk_files(folder))
    return dict(output=output.mark(), metrics=stage.figures(plan), disk_megabytes=round(size / 1e6, 1))


def _is_readable(path: Path) -> bool:
    from mmwsss.engine.checkpoints import read_checkpoint
    try:
        return bool(read_checkpoint(path))
    except InputError:
        return False


def _check_output(plan: Plan, stage: Stage, record: dict[str, Any]) -> None:
    """Check that an output is what the stage wrote.

    Raises:
        InputError: it was modified.
    """
    output = stage.output(plan)
    try:
        found = output.mark()
    except InputError as error:
        found = str(error)
    if found != record['output']:
        raise InputError(f'{output.path} was modified after the stage {stage.name} wrote it ({record["output"]}, now: '
                         f'{found}). Restore it, or run the stage again with --redo {stage.name}.')
