"""Worker processes."""
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TypeVar

from .errors import InputError
from .progress import track
from .system import available_cores

Task = TypeVar('Task')
Result = TypeVar('Result')


def worker_pool(workers: int) -> ProcessPoolExecutor:
    """Start workers with one thread each that leave Ctrl-C to the main process; call this in its main thread."""
    # fork would copy locks held by torch's threads
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context('spawn'), _use_one_thread)
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)  # inherited by the workers from their start
    try:
        for _ in range(workers):  # each task starts a process
            pool.submit(os.getpid)
    finally:
        signal.signal(signal.SIGINT, previous)
    return pool


def run_parallel(what: str, function: Callable[[Task], Result], tasks: Sequence[Task],
                 workers: int) -> Iterator[Result]:
    """Yield a function's results for all tasks, in order, with a progress bar.

    Args:
        what: shown before the bar.
        function: takes one task; it and the tasks must be picklable.
        tasks: arguments of the function.
        workers: number of processes; with 1 worker or 1 task, the work runs in this process.

    Raises:
        InputError: a worker was killed.
    """
    if workers == 1 or len(tasks) < 2:
        yield from map(function, track(tasks, what))
        return
    pool = worker_pool(workers)
    try:
        with explained_kill():
            yield from track(pool.map(function, tasks, chunksize=16), what, len(tasks))
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def explained_kill(remedy: str = 'Set fewer --workers, and run the same command again to resume.') -> Iterator[None]:
    """Turn the error of a pool whose worker was killed into an `InputError`.

    Args:
        remedy: what to do, for the message.

    Raises:
        InputError: a worker was killed.
    """
    try:
        yield
    except BrokenProcessPool as error:
        raise InputError(f'A worker was killed, probably because memory ran out, or could not start. '
                         f'{remedy}') from error


def default_workers() -> int:
    """The number of cores this process may use, divided by the number of torchrun ranks on this machine."""
    return max(available_cores() // int(os.environ.get('LOCAL_WORLD_SIZE', 1)), 1)


def _use_one_thread() -> None:
    """Limit PyTorch to one thread, whether it is imported already or later by a task."""
    os.environ['OMP_NUM_THREADS'] = '1'
    if 'torch' in sys.modules:
        sys.modules['torch'].set_num_threads(1)
