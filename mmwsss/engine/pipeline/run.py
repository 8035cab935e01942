"""Running a plan: what is done is skipped, what was interrupted goes on, what has new inputs is done again."""
import fcntl
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

from rich.console import Console

from mmwsss.utils.errors import InputError

from .check import check_inputs
from .plan import Plan
from .stage import Stage, read_record, write_record
from .table import write_tables

GRACE = 10  # seconds that a stage gets to end after each signal
INTERVAL = 10  # seconds between notes of the time that a stage took


class Launcher:
    """How a tool is started.

    Args:
        tools: folder of the tools.
        launcher: 'none', 'pytorch' or 'slurm'.
        gpus: processes; without a launcher more than one means 'pytorch'.
        partition: of slurm.
    """

    def __init__(self, tools: Path, launcher: str = 'none', gpus: int = 1, partition: str = '') -> None:
        if launcher == 'slurm' and not partition:
            raise InputError('--launcher slurm needs --partition, the name of one of its partitions.')
        self.launcher = 'pytorch' if launcher == 'none' and gpus > 1 else launcher
        self.tools, self.gpus, self.partition = tools, gpus, partition

    def processes(self, stage: Stage) -> int:
        """As many as there are GPUs, or the most among whom the stage's batches can be divided."""
        return max(count for count in range(1, self.gpus + 1)
                   if all(batch % count == 0 for batch in stage.batch_keys.values()))

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
        redo: names of stages that run anew although they are done.

    Returns:
        The records of the stages, in order.

    Raises:
        InputError: something that a stage reads is missing, a stage is unknown or fails, the work dir is in use or of
            another pipeline, an output was changed.
    """
    names = [describe.__name__ for describe in plan.stages()]
    for name in (first, last, *redo):
        if name is not None and name not in names:
            raise InputError(f'There is no stage {name}. The stages are {", ".join(names)}.')
    begin, end = names.index(first or names[0]), names.index(last or names[-1])
    if plan.dry:
        for describe in plan.stages()[begin:end + 1]:
            stage = describe()
            print(f'# {stage.name}: {describe.__doc__}\n{shlex.join(launcher.command(stage))}\n')
        return []
    records = []
    with _only_run(plan) as lock, _termination_as_interruption():
        check_inputs(plan)
        for index, describe in enumerate(plan.stages()[:end + 1]):
            stage = describe()
            record = _run_stage(plan, stage, launcher, stage.name in redo, index < begin, lock)
            records.append(dict(record, stage=stage.name))
            write_tables(records, plan.work_dir)
    return records


def _run_stage(plan: Plan, stage: Stage, launcher: Launcher, redo: bool, must_be_done: bool,
               lock: TextIO) -> dict[str, Any]:
    """Run one stage if it has to; return its record."""
    path = plan.work_dir / 'records' / f'{stage.name}.json'
    record = read_record(path)
    inputs = {key: str(value) for key, value in stage.inputs.items()}
    same = record is not None and record['inputs'] == inputs
    if same and record['state'] == 'done' and not redo:
        _check_output(stage, record, plan)
        print(f'{stage.name}: done ({record["seconds"]:.0f} s)', flush=True)
        return record
    if must_be_done:
        raise InputError(f'{stage.name} is not done with these inputs, and --from begins behind it. Leave --from away.')
    begun = same and not redo
    if record is None and stage.folder.is_dir() and any(stage.folder.iterdir()):
        raise InputError(f'{stage.folder} holds files that this pipeline did not write. Move them away, or give '
                         'another --work-dir.')
    if record is not None and not begun:
        changed = [key for key in inputs if record['inputs'].get(key) != inputs[key]]
        print(f'{stage.name}: begins anew, {"as asked for" if redo else "changed: " + ", ".join(changed)}', flush=True)
        _put_aside(stage.folder)
    spent = record['seconds'] if begun else 0.0
    record = dict(state='running', inputs=inputs, seconds=spent)
    write_record(path, record)
    command = launcher.command(stage, resume=begun)
    few = launcher.processes(stage)
    note = f' in {few} processes, that its batch can be divided among' if few < launcher.gpus else ''
    print(f'{stage.name}: {"goes on" if begun else "starts"}{note} (output in {_log(plan, stage)})', flush=True)
    record['command'] = shlex.join(command)
    start = time.time()

    def note_time() -> None:
        record['seconds'] = spent + time.time() - start
        write_record(path, record)

    try:
        peak = _call(command, _log(plan, stage), stage.name, lock, note_time)
    finally:
        note_time()
    size = sum(file.stat().st_size for file in stage.folder.rglob('*') if file.is_file())
    record.update(state='done', output=stage.output_mark(), metrics=stage.metrics(), peak_megabytes=round(peak, 1),
                  disk_megabytes=round(size / 1e6, 1))
    write_record(path, record)
    return record


def _check_output(stage: Stage, record: dict[str, Any], plan: Plan) -> None:
    """Refuse an output that is not what the stage wrote."""
    try:
        found = stage.output_mark()
    except InputError as error:
        found = str(error)
    if found != record['output']:
        raise InputError(f'{stage.output[0]} is not what the stage {stage.name} wrote '
                         f'({record["output"]}, now: {found}). '
                         f'Put it back, or make it again by --redo {stage.name}.')


def _put_aside(folder: Path) -> None:
    """Rename a folder, so that nothing that took hours is lost."""
    number = 1
    while (aside := folder.with_name(f'{folder.name}_old_{number}')).exists():
        number += 1
    if folder.is_dir():
        folder.rename(aside)
        print(f'  what it wrote before is in {aside}', flush=True)
    shutil.rmtree(folder.with_name(f'{folder.name}_log'), ignore_errors=True)


def _log(plan: Plan, stage: Stage) -> Path:
    return plan.work_dir / 'logs' / f'{stage.name}.log'


def _call(command: list[str], log: Path, name: str, lock: TextIO, note_time: Callable[[], None]) -> float:
    """Run a command with its output in a file, the last line of it on the terminal; return its peak memory in MB.

    `note_time` is called now and then, so that a killed run knows how long it worked.

    Raises:
        InputError: it failed; the end of its output is shown.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    console = Console()
    with open(log, 'a') as file, console.status(name) as status:
        process, noted = None, time.time()
        try:
            process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                       start_new_session=True, pass_fds=(lock.fileno(), ))
            lock.truncate(0)
            print(os.getpid(), process.pid, file=lock, flush=True)
            while True:
                ended, code, usage = os.wait4(process.pid, os.WNOHANG)
                if ended:
                    break
                if console.is_terminal:
                    status.update(f'{name}: {_last_line(log)[:console.width - len(name) - 8]}')
                if time.time() - noted > INTERVAL:
                    noted = time.time()
                    note_time()
                time.sleep(0.2)
        except BaseException:  # Ctrl-C and a scheduler's SIGTERM, too
            if process is not None:
                _stop(process)
            raise
    process.returncode = os.waitstatus_to_exitcode(code)
    if process.returncode:
        end = ''.join(deque(open(log, errors='replace'), 15))
        raise InputError(f'The stage {name} failed:\n{end}\nIts whole output is in {log}. The same command goes on '
                         'here.')
    return usage.ru_maxrss / 1024


def _stop(process: subprocess.Popen) -> None:
    """End a stage with all its processes; Ctrl-C lets it tidy up first."""
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, name)
            deadline = time.time() + GRACE
            while time.time() < deadline:
                if os.wait4(process.pid, os.WNOHANG)[0]:
                    return
                time.sleep(0.1)
        except (ProcessLookupError, ChildProcessError):
            return


@contextmanager
def _termination_as_interruption() -> Iterator[None]:
    """Let SIGTERM, which schedulers send, do what Ctrl-C does: end the stage, too."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _last_line(log: Path) -> str:
    """The last line that a stage wrote, without the control characters of progress bars."""
    with open(log, 'rb') as file:
        file.seek(max(os.path.getsize(log) - 2000, 0))
        lines = file.read().decode(errors='replace').replace('\r', '\n').split('\n')
    shown = [line for line in lines if line.strip(' -')]
    return shown[-1].replace('[', '(').replace(']', ')') if shown else ''


@contextmanager
def _only_run(plan: Plan) -> Iterator[TextIO]:
    """Hold the work dir: its stages inherit the lock, so that a stage left alone by a kill -9 is noticed.

    Yields:
        The lock; it holds the numbers of the processes at work.

    Raises:
        InputError: another run holds it, or the folder is of another pipeline.
    """
    plan.work_dir.mkdir(parents=True, exist_ok=True)
    whose, networks = plan.work_dir / 'pipeline.json', {name: Path(path).name for name, path in plan.paths.items()}
    record = read_record(whose)
    if record is not None and record != networks:
        raise InputError(f'{plan.work_dir} belongs to a pipeline of {", ".join(record.values())}, this one has '
                         f'{", ".join(networks.values())}. Give another --work-dir.')
    with open(plan.work_dir / 'lock', 'a+') as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.seek(0)
            raise InputError(f'Another run, or a stage that it left behind, works in {plan.work_dir}. Wait for it, or '
                             f'end its processes ({lock.read().strip()}).') from error
        write_record(whose, networks)
        yield lock


