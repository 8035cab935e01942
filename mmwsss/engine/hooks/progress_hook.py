"""A progress bar for tests on a terminal."""
import sys
from collections.abc import Sequence

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


@HOOKS.register_module(name=['ProgressHook', 'TestProgressHook'])
class ProgressHook(Hook):
    """Show how far a test is. Where the output is no terminal, MMEngine's log lines tell it instead."""

    __test__ = False  # the name is not that of a test case

    def before_test(self, runner: Runner) -> None:
        """Start the bar on the first rank."""
        self._progress = None
        if runner.rank == 0 and sys.stderr.isatty():
            self._progress = Progress(
                TextColumn('{task.description}'), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(),
                TimeRemainingColumn(), console=Console(stderr=True), transient=True)
            self._task = self._progress.add_task('test', total=len(runner.test_dataloader))
            self._progress.start()

    def after_test_iter(self,
                        runner: Runner,
                        batch_idx: int,
                        data_batch: dict | tuple | list | None = None,
                        outputs: Sequence | None = None) -> None:
        """One batch is done.

        Args:
            runner: of the test.
            batch_idx: of the batch, from 0.
            data_batch: unused, for MMEngine's convention.
            outputs: unused as well.
        """
        if self._progress is not None:
            self._progress.update(self._task, completed=batch_idx + 1)

    def after_test(self, runner: Runner) -> None:
        """Take the bar away."""
        if self._progress is not None:
            self._progress.stop()
