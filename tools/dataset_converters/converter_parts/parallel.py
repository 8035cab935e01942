"""Work in several processes."""
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

from .progress import Progress


def run_parallel(what: str, function: Callable, tasks: Sequence, workers: int) -> Iterator:
    """Results of a function for all tasks, in order, with progress.

    Args:
        what: shown before the progress.
        function: takes one task; a function of a module, for it goes to processes.
        tasks: its arguments.
        workers: processes; this one works where a single one is enough.
    """
    progress = Progress(what, len(tasks))
    if workers == 1 or len(tasks) < 2:
        for task in tasks:
            yield function(task)
            progress.step()
        return
    pool = ProcessPoolExecutor(workers, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN))
    try:
        for result in pool.map(function, tasks, chunksize=16):
            yield result
            progress.step()
    finally:
        pool.shutdown(cancel_futures=True)
