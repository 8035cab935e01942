"""Running a plan: finished stages are skipped, interrupted ones resume, those with new inputs run again."""
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, TextIO

from mmwsss.utils.errors import InputError
from mmwsss.utils.walk import walk_files

from .machine import machine
from .plan import Plan
from .process import Processes, call, endings_as_interruption
from .record import read_record, write_record
from .reuse import reusable
from .stage import Call, Stage
from .status import note_work, progress_of
from .table import write_tables
from .work_dir import held_work_dir


class Launcher:
    """How a tool is started.

    Args:
        tools: folder of the tools.
        launcher: 'none', 'pytorch' or 'slurm'.
        gpus: processes; without a launcher more than one means 'pytorch'.
        partition: of slurm.
        warm: start the stages that run in one process on a CPU as forks of a process that has imported everything.
        vis: backends in which trainings are watched, see :func:`mmwsss.engine.watching.add_backends`.

    Raises:
        InputError: `gpus` is below 1, or slurm has no partition.
    """

    def __init__(self, tools: Path, launcher: str = 'none', gpus: int = 1, partition: str = '',
                 warm: bool = False, vis: Sequence[str] = ()) -> None:
        if gpus < 1:
            raise InputError(f'--gpus must be at least 1, got {gpus}.')
        if launcher == 'slurm' and not partition:
            raise InputError('--launcher slurm needs --partition, the name of one of its partitions.')
        self.launcher = 'pytorch' if launcher == 'none' and gpus > 1 else launcher
        self.tools, self.gpus, self.partition, self.warm, self.vis = tools, gpus, partition, warm, tuple(vis)

    def processes(self, call: Call) -> int:
        """As many as there are GPUs, or the most among which the batches of a stage can be divided."""
        return max(count for count in range(1, self.gpus + 1)
                   if all(batch % count == 0 for batch in call.batches.values()))

    def note(self, call: Call) -> str:
        """Tells if a stage runs in fewer processes than there are GPUs."""
        few = self.processes(call)
        return f' in {few} processes, among which its batch can be divided' if few < self.gpus else ''

    def command(self, stage: Stage, call: Call, resume: bool = False) -> list[str]:
        """The command line of a stage; the batch of a training is divided among the processes."""
        call = stage.resumed(call) if resume else call
        arguments = list(call.arguments)
        if self.vis and stage.trains:
            arguments += ['--vis', *self.vis]
        several = stage.parallel and self.launcher != 'none'
        processes = self.processes(call)
        options = dict(call.options)
        options.update({key: batch // processes for key, batch in call.batches.items() if several})
        if options:
            arguments += ['--cfg-options', *(f'{key}={value}' for key, value in options.items())]
        if not several:
            return [sys.executable, str(self.tools / stage.tool), *arguments]
        if self.launcher == 'slurm':
            return ['env', f'GPUS={processes}', 'bash', str(self.tools / '_srun.sh'), stage.tool, self.partition,
                    stage.name, *arguments]
        return ['bash', str(self.tools / 'dist_run.sh'), str(processes), stage.tool, *arguments]


def run_pipeline(plan: Plan, launcher: Launcher, first: str | None = None, last: str | None = None,
                 redo: Sequence[str] = (), reuse: Sequence[Path] = ()) -> list[dict[str, Any]]:
    """Run the stages of a plan.

    Args:
        plan: from :func:`read_plan`.
        launcher: of the tools that run in several processes.
        first: name of the stage to start with; all stages before it must be done.
        last: name of the stage to end with.
        redo: names of stages that run again although they are done. A run with the same names that was interrupted
            is resumed.
        reuse: work dirs of other pipelines, or folders with some: a stage that is done there with the same inputs is
            linked instead of run, and one that is being done there is waited for.

    Returns:
        The records of the stages, in order.

    Raises:
        InputError: an input of a stage is missing, a stage is unknown or fails, the work dir cannot be written, is in
            use or belongs to another pipeline, or an output was changed.
    """
    names = list(plan.stages)
    begin, end = _span(names, first, last, redo)
    redo = [name for name in names if name in redo]
    if plan.dry:
        _print_commands(plan, launcher, begin, end)
        return []
    from mmengine.device import get_device

    from .check import check_inputs
    with (held_work_dir(plan) as lock, endings_as_interruption(),
          closing(Processes(launcher.warm and get_device() == 'cpu')) as processes):
        check_inputs(plan)
        note_work(plan)
        plan.records.clear()
        for index, stage in enumerate(list(plan.stages.values())[:end + 1]):
            asked = redo if stage.name in redo else []
            plan.records[stage.name] = _run_stage(plan, stage, launcher, processes, asked, index < begin, lock, reuse)
            write_tables([dict(record, stage=name) for name, record in plan.records.items()], plan.work_dir)
        _forget_redo(plan, names[:end + 1])
    return [dict(record, stage=name) for name, record in plan.records.items()]


def _span(names: list[str], first: str | None, last: str | None, redo: Sequence[str]) -> tuple[int, int]:
    """The places of the first and the last stage that run; all of `redo` must lie between them."""
    for name in (first, last, *redo):
        if name is not None and name not in names:
            raise InputError(f'There is no stage {name}. The stages are {", ".join(names)}.')
    begin, end = names.index(first or names[0]), names.index(last or names[-1])
    if begin > end:
        raise InputError(f'--from {first} comes after --to {last}; swap them.')
    outside = [name for name in redo if not begin <= names.index(name) <= end]
    if outside:
        raise InputError(f'--redo {" ".join(outside)} would not run, because --from and --to leave only {names[begin]} '
                         f'to {names[end]}. Change them, or the --redo.')
    return begin, end


def _print_commands(plan: Plan, launcher: Launcher, begin: int, end: int) -> None:
    """Print commands that can be copied into a shell."""
    shell = shutil.which('python')
    # The scripts among the commands start the shell's python, or the one that this variable names.
    foreign = shell is None or Path(shell).absolute().parent != Path(sys.executable).parent
    export = f'export PYTHON={shlex.quote(sys.executable)}\n' if foreign and launcher.launcher != 'none' else ''
    for stage in list(plan.stages.values())[begin:end + 1]:
        call = stage.call(plan)
        if not stage.tool:
            print(f'# {stage.name}: {stage.title} in {stage.output(plan).path}.\n')
            continue
        print(f'# {stage.name}: {stage.title}{launcher.note(call)}.\n{export}'
              f'{shlex.join(launcher.command(stage, call))}\n')
        export = ''


def _run_stage(plan: Plan, stage: Stage, launcher: Launcher, processes: Processes, redo: list[str],
               must_be_done: bool, lock: TextIO, reuse: Sequence[Path]) -> dict[str, Any]:
    """Run one stage if it has to; return its record."""
    if not stage.tool:
        return _given(plan, stage)
    path = _record_path(plan, stage.name)
    record = _known(path, redo)
    described = stage.call(plan)
    inputs = _as_recorded(described)
    begun = record is not None and record['inputs'] == inputs and not _asks_anew(record, redo)
    if record is not None and begun and record['state'] == 'done':
        _check_output(plan, stage, record)
        note = ', run again before the interruption' if redo else ''
        print(f'{stage.name}: done ({record["seconds"]:.0f} s{note})', flush=True)
        return record
    if must_be_done:
        raise InputError(f'{stage.name} is not done with these inputs, but --from starts after it. Omit --from.')
    if not begun:
        _make_way(stage.folder(plan), stage.name, record, inputs, redo)
    with reusable(plan, stage, inputs, () if redo or record else reuse) as found:
        if found:
            write_record(path, found)
            return found
        spent = record['seconds'] if record is not None and begun else 0.0
        redo = redo or (record.get('redo', []) if record is not None and begun else [])
        record = dict(state='running', tool=stage.tool, inputs=inputs, seconds=spent, **dict(redo=redo) if redo else {})
        command = launcher.command(stage, described, resume=begun)
        record['command'] = shlex.join(command)
        write_record(path, record)
    log = plan.work_dir / 'logs' / f'{stage.name}.log'
    print(f'{stage.name}: {"resumes" if begun else "starts"}{launcher.note(described)} (output in {log})', flush=True)
    start = time.time()

    def note_time() -> tuple[float, str]:
        record['seconds'] = spent + time.time() - start
        write_record(path, record)
        return progress_of(plan)

    try:
        peak = call(command, log, stage.name, lock, note_time, processes)
    except InputError:
        record['failed'] = True  # for --status; the next run starts a new record
        raise
    finally:
        note_time()
    record.update(_outcome(plan, stage), state='done', peak_megabytes=round(peak, 1),
                  ended=time.strftime('%Y-%m-%dT%H:%M:%S%z'), machine=machine())
    write_record(path, record)
    return record


def finished_records(plan: Plan) -> dict[str, dict[str, Any]]:
    """The records of the stages that :func:`run_pipeline` would skip, up to the first that it would run.

    Outputs are not read; the run itself checks that they were not modified.
    """
    plan.records.clear()
    for stage in plan.stages.values():
        record = read_record(_record_path(plan, stage.name)) if stage.tool else _given(plan, stage)
        if record is None or record['state'] != 'done' or (
                stage.tool and record['inputs'] != _as_recorded(stage.call(plan))):
            break
        plan.records[stage.name] = record
    return dict(plan.records)


def _given(plan: Plan, stage: Stage) -> dict[str, Any]:
    """The record of a stage that nothing runs for."""
    return dict(state='done', inputs={}, seconds=0.0, output=stage.output(plan).mark(), metrics={},
                peak_megabytes=0.0, disk_megabytes=0.0)


def _as_recorded(call: Call) -> dict[str, str]:
    """The inputs of a stage as its record has them."""
    return {key: str(value) for key, value in call.inputs.items()}


def _record_path(plan: Plan, name: str) -> Path:
    return plan.work_dir / 'records' / f'{name}.json'


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


def _forget_redo(plan: Plan, names: list[str]) -> None:
    """Note that everything --redo asked for is done; the next --redo runs it once more."""
    for name in names:
        if plan.records[name].pop('redo', None):
            write_record(_record_path(plan, name), plan.records[name])


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
