"""The exception for errors that a user can fix."""
from collections.abc import Iterable


class InputError(ValueError):
    """Bad input: a file, list, label, checkpoint or setting that does not fit.

    Its message says what is wrong and what to do. The command line tools print only the message, without a traceback,
    and exit with status 1.
    """


def first_names(names: Iterable[object], count: int = 3) -> str:
    """The first items of a list, for a message."""
    texts = [str(name) for name in names]
    return ', '.join(texts[:count]) + (', ...' if len(texts) > count else '')
