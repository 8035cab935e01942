"""The exception for what a user can fix, and parts of its message."""
from collections.abc import Iterable


class InputError(ValueError):
    """Bad input: a file, a list, a label, a checkpoint or a setting that does not fit.

    Its message is one sentence that says what is wrong and one that says what to do. The command line tools print it
    alone, without a traceback, and exit with status 1.
    """


def first_names(names: Iterable[object], count: int = 3) -> str:
    """The first items of a list, for a message."""
    texts = [str(name) for name in names]
    return ', '.join(texts[:count]) + (', ...' if len(texts) > count else '')
