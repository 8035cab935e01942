"""What a converter says to its user."""
import errno
import sys
from collections.abc import Callable, Iterable

from .mmwsss_utils import InputError


def some(names: Iterable[str], count: int = 3) -> str:
    """The first of many names, for a message."""
    names = list(map(str, names))
    return ', '.join(names[:count]) + (', ...' if len(names) > count else '')


def warn(message: str) -> None:
    """Say what is not as it should be but does not stop the work."""
    print(f'warning: {message}', file=sys.stderr, flush=True)


def end_with_message(function: Callable[[], int | None]) -> None:
    """Run a program; errors that its user can mend end it with one message instead of a traceback."""
    try:
        sys.exit(function())
    except InputError as error:
        sys.exit(f'error: {error}')
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS):
            raise
        sys.exit(f'error: {error.strerror} ({error.filename}). Then run the same command again; it goes on.')
    except KeyboardInterrupt:
        print('\nInterrupted. Run the same command again; it goes on.', file=sys.stderr)
        sys.exit(130)
