"""The progress bar of all tools."""
import atexit
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

INTERVAL = 10  # seconds between the lines in a log file
Item = TypeVar('Item')


class ProgressBar:
    """A bar on a terminal, a line every ten seconds in a log file. Use it as a context manager.

    Args:
        what: shown before the bar, e.g. `'CAMs'`.
        total: number of steps.
        done: steps done before, e.g. by an interrupted run.
        disable: show nothing, e.g. on all ranks except the first.
    """

    def __init__(self, what: str, total: int, done: int = 0, disable: bool = False) -> None:
        self.what, self.total, self.done = what, total, done
        self._shown = time.monotonic()
        self._silent = disable
        self._bar: Progress | None = None
        if not disable and sys.stderr.isatty():
            self._bar = Progress(TextColumn('{task.description}'), BarColumn(), MofNCompleteColumn(),
                                 TimeElapsedColumn(), TimeRemainingColumn(), console=Console(stderr=True))
            self._task = self._bar.add_task(what, total=total, completed=done)

    def __enter__(self) -> 'ProgressBar':
        if self._bar is not None:
            self._bar.start()
            atexit.register(self._bar.stop)  # work that fails or is interrupted leaves no hidden cursor
        return self

    def __exit__(self, *error: Any) -> None:
        if self._bar is not None:
            self._bar.stop()
            atexit.unregister(self._bar.stop)

    def advance(self, steps: int = 1) -> None:
        """Count finished steps."""
        self.done += steps
        if self._bar is not None:
            self._bar.update(self._task, completed=self.done)
        elif not self._silent and (self.done >= self.total or time.monotonic() - self._shown >= INTERVAL):
            self._shown = time.monotonic()
            print(f'{self.what}: {self.done}/{self.total}', file=sys.stderr, flush=True)


def track(items: Iterable[Item], what: str, total: int | None = None, disable: bool = False) -> Iterator[Item]:
    """Iterate over items with a progress bar.

    Args:
        items: any iterable.
        what: shown before the bar.
        total: number of items; required if `items` has no length.
        disable: show nothing.
    """
    with ProgressBar(what, len(items) if total is None else total, disable=disable) as bar:  # type: ignore[arg-type]
        for item in items:
            yield item
            bar.advance()
