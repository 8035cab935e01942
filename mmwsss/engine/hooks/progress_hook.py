"""A progress bar for tests on a terminal."""
import sys
from collections.abc import Sequence

from mmengine.hooks import Hook
from mmengine.runner import Runner
from mmseg.registry import HOOKS

from mmwsss.utils.progress import ProgressBar


@HOOKS.register_module(name=['ProgressHook', 'TestProgressHook'])  # older configs use the second name
class ProgressHook(Hook):
    """Show the progress of a test on a terminal. Log files contain MMEngine's own progress lines."""

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
            runner: the test's runner.
            batch_idx: index of the batch, from 0.
            data_batch: unused.
            outputs: unused.
        """
        self._bar.advance()

    def after_test(self, runner: Runner) -> None:
        """Stop the bar."""
        self._bar.__exit__()
