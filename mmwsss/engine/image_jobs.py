"""One job for each image, in parallel processes."""
from collections.abc import Callable, Iterator
from concurrent.futures import as_completed
from typing import TypeVar

from mmwsss.utils.errors import InputError
from mmwsss.utils.progress import ProgressBar
from mmwsss.utils.worker_pool import default_workers, explained_kill, worker_pool

Job = TypeVar('Job')
Result = TypeVar('Result')


def run_jobs(title: str, function: Callable[[Job], Result], jobs: list[Job], workers: int | None = None,
             total: int | None = None) -> Iterator[Result]:
    """Yield results as they finish, with a progress bar. An error or Ctrl-C stops all.

    Args:
        title: of the bar.
        function: does one job; it and the jobs must be picklable.
        jobs: one for each image that is left.
        workers: number of processes, at most one per job; `None` uses all cores; with 1, this process works.
        total: number of images including finished ones, for the bar.

    Raises:
        InputError: a worker was killed, or `workers` is below 1.
    """
    if workers is not None and workers < 1:
        raise InputError(f'--workers must be at least 1, got {workers}.')
    workers = min(workers or default_workers(), max(len(jobs), 1))
    total = total or len(jobs)
    with ProgressBar(title, total, total - len(jobs)) as bar:
        for result in _run(function, jobs, workers):
            yield result
            bar.advance()


def _run(function: Callable[[Job], Result], jobs: list[Job], workers: int) -> Iterator[Result]:
    if workers == 1:
        yield from map(function, jobs)
        return
    pool = worker_pool(workers)
    try:
        with explained_kill():
            for future in as_completed([pool.submit(function, job) for job in jobs]):
                yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)
