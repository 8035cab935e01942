"""The exception for errors that a user can fix."""
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class InputError(ValueError):
    """Bad input: a file, list, label, checkpoint or setting that does not fit.

    Its message says what is wrong and what to do. The command line tools print only the message, without a traceback,
    and exit with status 1.
    """


@contextmanager
def explained_memory_error(what: str, device: object, remedy: str) -> Iterator[None]:
    """Turn PyTorch's complaint about a full memory into an `InputError`.

    Args:
        what: the computation, e.g. 'The DenseCRF of (2, 21, 375, 500) energies'.
        device: where it runs.
        remedy: a sentence that says what to reduce.

    Raises:
        InputError: memory ran out.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not isinstance(error, MemoryError) and 'memory' not in str(error):
            raise
        raise InputError(f'{what} needs more memory than {device} has. {remedy}') from error


def first_names(names: Iterable[object], count: int = 3) -> str:
    """The first items of a list, for a message."""
    texts = [str(name) for name in names]
    return ', '.join(texts[:count]) + (', ...' if len(texts) > count else '')
