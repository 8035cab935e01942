"""Worker processes."""
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

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
    """
    if workers == 1 or len(tasks) < 2:
        yield from map(function, track(tasks, what))
        return
    pool = worker_pool(workers)
    try:
        yield from track(pool.map(function, tasks, chunksize=16), what, len(tasks))
    finally:
        pool.shutdown(cancel_futures=True)


def default_workers() -> int:
    """The number of cores this process may use, divided by the number of torchrun ranks on this machine."""
    return max(available_cores() // int(os.environ.get('LOCAL_WORLD_SIZE', 1)), 1)


def _use_one_thread() -> None:
    """Limit PyTorch to one thread, whether it is imported already or later by a task."""
    os.environ['OMP_NUM_THREADS'] = '1'
    if 'torch' in sys.modules:
        sys.modules['torch'].set_num_threads(1)
