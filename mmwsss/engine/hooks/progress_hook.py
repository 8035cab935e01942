"""A progress bar for tests on a terminal."""
import sys
from collections.abc import Sequence

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmwsss.utils.progress import ProgressBar


@HOOKS.register_module(name=['ProgressHook', 'TestProgressHook'])  # the second name is of older configs
class ProgressHook(Hook):
    """Show the progress of a test on a terminal. In log files MMEngine's own lines show it."""

    def before_test(self, runner: Runner) -> None:
        """Start the bar, on the first rank."""
        silent = runner.rank != 0 or not sys.stderr.isatty()
        self._bar = ProgressBar('test', len(runner.test_dataloader), disable=silent).__enter__()

    def after_test_iter(self,
                        runner: Runner,
                        batch_idx: int,
                        data_batch: dict | tuple | list | None = None,
                        outputs: Sequence | None = None) -> None:
        """Count a batch.

        Args:
            runner: of the test.
            batch_idx: of the batch, from 0.
            data_batch: unused, for MMEngine's convention.
            outputs: unused as well.
        """
        self._bar.advance()

    def after_test(self, runner: Runner) -> None:
        """Stop the bar."""
        self._bar.__exit__()
