"""How far the work is."""
import sys
import time


class Progress:
    """A counter on the terminal; in a log file a line every ten seconds.

    Args:
        what: shown before the numbers.
        total: the count that is the end.
    """

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total = what, total
        self.count, self.shown = 0, time.monotonic()
        self.live, self.done = sys.stdout.isatty(), False

    def step(self, count: int | None = None) -> None:
        """One more, or so many in all."""
        self.count = self.count + 1 if count is None else count
        if self.done or (self.count < self.total and
                         time.monotonic() - self.shown < (0.2 if self.live else 10)):
            return
        self.shown, self.done = time.monotonic(), self.count >= self.total
        line = f'{self.what}: {self.count}/{self.total}'
        print(f'\r{line}' if self.live else line, end='' if self.live and not self.done else '\n', flush=True)
