"""The process of a stage, which writes into a log."""
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Column

from mmwsss.utils.errors import InputError
from mmwsss.utils.system import peak_megabytes

from .failure import read_lines, why_failed
from .warm import WarmPython

GRACE = 10  # seconds that a stage gets to end after each signal
INTERVAL = 10  # seconds between notes of the time that a stage took


class Processes:
    """Starts the processes of stages, one at a time.

    Args:
        warm: whether scripts of our Python are forks of one process that has imported everything.
    """

    def __init__(self, warm: bool = False) -> None:
        self._warm = WarmPython() if warm else None
        self._is_fork, self.pid = False, 0

    def start(self, command: Sequence[str], output: TextIO, lock: TextIO) -> None:
        """Start a command as the leader of a process group."""
        python, *words = command
        self._is_fork = self._warm is not None and python == sys.executable
        if self._warm is not None and self._is_fork:
            self.pid = self._warm.start(words[0], words[1:], output.fileno(), lock.fileno())
        else:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                       start_new_session=True, pass_fds=(lock.fileno(), ),
                                       env=dict(os.environ, PYTHON=sys.executable))
            self.pid, process.returncode = process.pid, 0  # it is waited for below

    def poll(self) -> tuple[int, float] | None:
        """The exit code and the peak memory in MB, or `None` while the process runs."""
        if self._warm is not None and self._is_fork:
            found = self._warm.poll()
            return found and (os.waitstatus_to_exitcode(found[0]), found[1])
        ended, status, usage = os.wait4(self.pid, os.WNOHANG)
        return (os.waitstatus_to_exitcode(status), peak_megabytes(usage)) if ended else None

    def stop(self) -> None:
        """End a process and its children: by SIGINT, so that it can clean up, then SIGTERM, then SIGKILL.

        Each signal gets `GRACE` seconds; Ctrl-C goes on to the next one at once.
        """
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.pid, name)
                deadline = time.time() + GRACE
                while time.time() < deadline:
                    if self.poll():
                        return
                    time.sleep(0.1)
            except KeyboardInterrupt:
                continue
            except (ProcessLookupError, ChildProcessError):
                return

    def close(self) -> None:
        """End what was kept for the next stage."""
        if self._warm is not None:
            self._warm.close()


def call(command: Sequence[str], log: Path, name: str, lock: TextIO, note_time: Callable[[], tuple[float, str]],
         processes: Processes | None = None) -> float:
    """Run a command with its output in a file, the last line of it on the terminal; return its peak memory in MB.

    Args:
        command: of the stage; the shell scripts among the tools start the Python of this process.
        log: what the command writes is added to it.
        name: of the stage.
        lock: which the stage inherits; it gets the numbers of this process and of the stage's.
        note_time: called now and then, so that a killed run knows how long it worked; it returns how far the whole
            pipeline is, in [0, 1] and in words.
        processes: starts the command.

    Raises:
        InputError: it failed; the end of its output is shown.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    console, processes = Console(), processes or Processes()
    text = TextColumn('{task.description}', markup=False, table_column=Column(no_wrap=True))
    bar = Progress(SpinnerColumn(), BarColumn(20), text, console=console, transient=True,
                   disable=not console.is_terminal)
    with open(log, 'a') as file, bar:
        begin = os.fstat(file.fileno()).st_size
        task, told = bar.add_task(name, total=1.0), ''
        started, noted = False, time.time()
        try:
            processes.start(command, file, lock)
            started = True
            lock.truncate(0)
            print(os.getpid(), processes.pid, file=lock, flush=True)
            while (ended := processes.poll()) is None:
                if console.is_terminal:
                    bar.update(task, description=f'{name}: {_last_line(log, begin)}\n{told}'.strip())
                if not told or time.time() - noted > INTERVAL:
                    noted = time.time()
                    done, told = note_time()
                    bar.update(task, completed=done)
                time.sleep(0.1)
        except BaseException:  # Ctrl-C and a scheduler's SIGTERM, too
            if started:
                processes.stop()
            raise
    code, peak = ended
    if code:
        with suppress(ProcessLookupError):  # what it left behind would hold the lock
            os.killpg(processes.pid, signal.SIGKILL)
        reasons = '\n'.join([f'The stage {name} failed:', *why_failed(code, log, begin)])
        raise InputError(f'{reasons}\n\nFull log: {log}. Run the same command again to resume.')
    return peak


@contextmanager
def endings_as_interruption() -> Iterator[None]:
    """Let SIGTERM, which schedulers send, and SIGHUP of a closed terminal do what Ctrl-C does: end the stage, too.

    SIGHUP stays ignored where it is (nohup).
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [number for number in (signal.SIGTERM, signal.SIGHUP)
               if number == signal.SIGTERM or signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, signal.default_int_handler) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _last_line(log: Path, begin: int) -> str:
    """The last line that a stage wrote, without the control characters of progress bars."""
    shown = [line for line in read_lines(log, max(os.path.getsize(log) - 2000, begin)) if line.strip(' -')]
    return shown[-1] if shown else ''
