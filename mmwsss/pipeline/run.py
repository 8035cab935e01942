"""Running a plan: what is done is skipped, what was interrupted goes on, what has new inputs is done again."""
import shlex
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

from mmwsss.engine.checkpoints import read_checkpoint
from mmwsss.utils.errors import InputError

from .check import check_inputs
from .plan import Plan
from .process import call, endings_as_interruption
from .stage import Stage, read_record, write_record
from .table import write_tables
from .work_dir import held_work_dir


class Launcher:
    """How a tool is started.

    Args:
        tools: folder of the tools.
        launcher: 'none', 'pytorch' or 'slurm'.
        gpus: processes; without a launcher more than one means 'pytorch'.
        partition: of slurm.

    Raises:
        InputError: there is no process to start, or slurm has no partition.
    """

    def __init__(self, tools: Path, launcher: str = 'none', gpus: int = 1, partition: str = '') -> None:
        if gpus < 1:
            raise InputError(f'--gpus {gpus} leaves no process to start. Give 1 or more.')
        if launcher == 'slurm' and not partition:
            raise InputError('--launcher slurm needs --partition, the name of one of its partitions.')
        self.launcher = 'pytorch' if launcher == 'none' and gpus > 1 else launcher
        self.tools, self.gpus, self.partition = tools, gpus, partition

    def processes(self, stage: Stage) -> int:
        """As many as there are GPUs, or the most among whom the stage's batches can be divided."""
        return max(count for count in range(1, self.gpus + 1)
                   if all(batch % count == 0 for batch in stage.batch_keys.values()))

    def note(self, stage: Stage) -> str:
        """Says it where a stage runs in fewer processes than there are GPUs."""
        few = self.processes(stage)
        return f' in {few} processes, among which its batch can be divided' if few < self.gpus else ''

    def command(self, stage: Stage, resume: bool = False) -> list[str]:
        """The command line of a stage; the batch of a training is divided among the processes."""
        arguments = [*stage.arguments, *(stage.resume if resume else ())]
        several = stage.parallel and self.launcher != 'none'
        options = dict(stage.options)
        processes = self.processes(stage)
        options.update({key: batch // processes for key, batch in stage.batch_keys.items() if several})
        if options:
            arguments += ['--cfg-options', *(f'{key}={value}' for key, value in options.items())]
        if not several:
            return [sys.executable, str(self.tools / stage.tool), *arguments]
        if self.launcher == 'slurm':
            return ['env', f'GPUS={processes}', 'bash', str(self.tools / '_srun.sh'), stage.tool, self.partition,
                    stage.name, *arguments]
        return ['bash', str(self.tools / 'dist_run.sh'), str(processes), stage.tool, *arguments]


def run_pipeline(plan: Plan, launcher: Launcher, first: str | None = None, last: str | None = None,
                 redo: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Run the stages of a plan.

    Args:
        plan: from :func:`read_plan`.
        launcher: of the tools that run in several processes.
        first: name of the stage to begin at; what precedes must be done.
        last: name of the stage to end with.
        redo: names of stages that run anew although they are done; where a run with the same names was interrupted,
            it goes on.

    Returns:
        The records of the stages, in order.

    Raises:
        InputError: something that a stage reads is missing, a stage is unknown, left out or fails, the work dir
            cannot be written, is in use or of another pipeline, an output was changed.
    """
    names = [describe.__name__ for describe in plan.stages()]
    begin, end = _span(names, first, last, redo)
    redo = [name for name in names if name in redo]
    if plan.dry:
        _print_commands(plan, launcher, begin, end)
        return []
    records = []
    with held_work_dir(plan) as lock, endings_as_interruption():
        check_inputs(plan)
        for index, describe in enumerate(plan.stages()[:end + 1]):
            stage = describe()
            asked = redo if stage.name in redo else []
            record = _run_stage(plan, stage, launcher, asked, index < begin, lock)
            records.append(dict(record, stage=stage.name))
            write_tables(records, plan.work_dir)
        _forget_redo(plan, names[:end + 1])
    return records


def _span(names: list[str], first: str | None, last: str | None, redo: Sequence[str]) -> tuple[int, int]:
    """The places of the first and the last stage that run; all of `redo` must lie between them."""
    for name in (first, last, *redo):
        if name is not None and name not in names:
            raise InputError(f'There is no stage {name}. The stages are {", ".join(names)}.')
    begin, end = names.index(first or names[0]), names.index(last or names[-1])
    if begin > end:
        raise InputError(f'--from {first} lies behind --to {last}, so nothing would run. Exchange them.')
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
    for describe in plan.stages()[begin:end + 1]:
        stage = describe()
        print(f'# {stage.name}: {describe.__doc__.rstrip(".")}{launcher.note(stage)}.\n{export}'
              f'{shlex.join(launcher.command(stage))}\n')
        export = ''


def _run_stage(plan: Plan, stage: Stage, launcher: Launcher, redo: list[str], must_be_done: bool,
               lock: TextIO) -> dict[str, Any]:
    """Run one stage if it has to; return its record."""
    path = _record_path(plan, stage.name)
    record = _known(path, redo)
    inputs = {key: str(value) for key, value in stage.inputs.items()}
    begun = record is not None and record['inputs'] == inputs and not _asks_anew(record, redo)
    if begun and record['state'] == 'done':
        _check_output(stage, record)
        note = ', made anew before the interruption' if redo else ''
        print(f'{stage.name}: done ({record["seconds"]:.0f} s{note})', flush=True)
        return record
    if must_be_done:
        raise InputError(f'{stage.name} is not done with these inputs, and --from begins behind it. Leave --from away.')
    if not begun:
        _make_way(stage, record, inputs, redo)
    spent = record['seconds'] if begun else 0.0
    redo = redo or (record.get('redo', []) if begun else [])
    record = dict(state='running', inputs=inputs, seconds=spent, **dict(redo=redo) if redo else {})
    command = launcher.command(stage, resume=begun)
    record['command'] = shlex.join(command)
    write_record(path, record)
    log = plan.work_dir / 'logs' / f'{stage.name}.log'
    print(f'{stage.name}: {"goes on" if begun else "starts"}{launcher.note(stage)} (output in {log})', flush=True)
    start = time.time()

    def note_time() -> None:
        record['seconds'] = spent + time.time() - start
        write_record(path, record)

    try:
        peak = call(command, log, stage.name, lock, note_time)
    finally:
        note_time()
    record.update(_outcome(stage), state='done', peak_megabytes=round(peak, 1))
    write_record(path, record)
    return record


def _record_path(plan: Plan, name: str) -> Path:
    return plan.work_dir / 'records' / f'{name}.json'


def _known(path: Path, redo: list[str]) -> dict[str, Any] | None:
    """The record of a stage; a damaged one is no obstacle to make the stage anew."""
    try:
        return read_record(path)
    except InputError:
        if not redo:
            raise
        return dict(state='running', inputs={}, seconds=0.0)


def _asks_anew(record: dict[str, Any], redo: list[str]) -> bool:
    """Whether a stage is asked for that an interrupted run, which was asked the same, has not begun anew already."""
    earlier = record.get('redo')
    return bool(redo) and not (earlier and (earlier == redo or record['state'] == 'running'))


def _forget_redo(plan: Plan, names: list[str]) -> None:
    """Note that all was done which --redo asked for: given once more, it means to do it once more."""
    for name in names:
        record = read_record(_record_path(plan, name))
        if record.pop('redo', None):
            write_record(_record_path(plan, name), record)


def _make_way(stage: Stage, record: dict[str, Any] | None, inputs: dict[str, str], redo: list[str]) -> None:
    """Put aside what a stage wrote that begins anew; refuse to touch what nobody knows of."""
    if record is None and not redo:
        if stage.folder.exists() and not (stage.folder.is_dir() and not any(stage.folder.iterdir())):
            raise InputError(f'{stage.folder} holds files that this pipeline did not write. Move them away, let '
                             f'--redo {stage.name} do that, or give another --work-dir.')
        return
    known = record['inputs'] if record else {}
    changed = sorted(key for key in known.keys() | inputs.keys() if known.get(key) != inputs.get(key))
    reason = 'as asked for' if record is None or _asks_anew(record, redo) else f'changed: {", ".join(changed)}'
    print(f'{stage.name}: begins anew, {reason}', flush=True)
    _put_aside(stage.folder)


def _put_aside(folder: Path) -> None:
    """Rename a folder, so that nothing that took hours is lost."""
    number = 1
    while (aside := folder.with_name(f'{folder.name}_old_{number}')).exists():
        number += 1
    if folder.exists():
        folder.rename(aside)
        print(f'  what it wrote before is in {aside}', flush=True)
    shutil.rmtree(folder.with_name(f'{folder.name}_log'), ignore_errors=True)


def _outcome(stage: Stage) -> dict[str, Any]:
    """What is recorded of a stage that ended well.

    Raises:
        InputError: its output is not there, or a checkpoint that cannot be read.
    """
    path = stage.output[0]
    if path.suffix == '.pth' and not _is_readable(path):
        raise InputError(f'The stage {stage.name} ended, but its checkpoint {path} is missing or cannot be read. The '
                         'same command goes on from the last one that can.')
    size = sum(file.stat().st_size for file in stage.folder.rglob('*') if file.is_file())
    return dict(output=stage.output_mark(), metrics=stage.metrics(), disk_megabytes=round(size / 1e6, 1))


def _is_readable(path: Path) -> bool:
    try:
        return bool(read_checkpoint(path))
    except InputError:
        return False


def _check_output(stage: Stage, record: dict[str, Any]) -> None:
    """Refuse an output that is not what the stage wrote."""
    try:
        found = stage.output_mark()
    except InputError as error:
        found = str(error)
    if found != record['output']:
        raise InputError(f'{stage.output[0]} is not what the stage {stage.name} wrote '
                         f'({record["output"]}, now: {found}). '
                         f'Put it back, or make it again by --redo {stage.name}.')
