"""What the command line shows when something goes wrong that its user can mend."""
import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mmwsss.utils.errors import InputError

from .distributed import process_rank

# Seconds that another rank waits for rank 0 to speak. All ranks usually meet the same error, and a
# launcher that sees one of them end stops the rest: rank 0 must not be stopped before it has spoken.
PATIENCE = 10.0
FULL_DISK = (errno.ENOSPC, errno.EDQUOT)  # the second: of a user's share


@contextmanager
def plain_errors(launcher: str = 'none',
                 resume_hint: Callable[[], str] = lambda: '') -> Iterator[None]:
    """End the program with one message instead of a traceback, for errors that its user can mend.

    `InputError` and a full disk end it with status 1, Ctrl-C with 130. Everything else passes, for a
    traceback is the better message about a mistake of ours. Under a launcher rank 0 speaks; another
    rank does so only where rank 0 has not ended the run.

    Args:
        launcher: what started the processes, one of MMEngine's launchers.
        resume_hint: called at an interruption; its sentence tells how to go on.

    Raises:
        SystemExit: with status 1 or 130.
    """
    rank = process_rank(launcher)
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        # MMEngine's Config takes an interruption for bad syntax while it formats its text for a checkpoint.
        if any(isinstance(link, KeyboardInterrupt) for link in _chain(error)):
            if rank == 0:
                print(f'\nInterrupted. {resume_hint()}'.rstrip(), file=sys.stderr, flush=True)
            raise SystemExit(130) from None
        message = plain_message(error, resume_hint)
        if message is None:
            raise
        if rank:
            time.sleep(PATIENCE)
            message = f'[rank {rank}] {message}'
        print(f'error: {message}', file=sys.stderr, flush=True)
        raise SystemExit(1) from None


def plain_message(error: BaseException, resume_hint: Callable[[], str] = lambda: '') -> str | None:
    """The message that replaces the traceback of an error; None where the traceback shall stay.

    Args:
        error: as it reached the command line; MMEngine and the data loader's workers may have wrapped
            the one that says what is wrong.
        resume_hint: how to go on, for a full disk.
    """
    chain = list(_chain(error))
    for link in reversed(chain):
        if isinstance(link, InputError):
            return _without_worker_traceback(str(link))
    for link in chain:
        if isinstance(link, OSError) and link.errno in FULL_DISK:
            place = f' ({link.filename})' if link.filename else ''
            return f'{os.strerror(link.errno)}{place}. Make room. {resume_hint()}'.rstrip()
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what caused it, and so on to the first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _without_worker_traceback(message: str) -> str:
    """The innermost message in what PyTorch makes of an error in a data loader's worker."""
    if not message.startswith('Caught InputError in '):
        return message
    name = f'{InputError.__module__}.{InputError.__qualname__}: '
    innermost = message.partition(name)[2]
    for link in ('\nThe above exception was', '\nDuring handling of the above'):
        innermost = innermost.partition(link)[0]
    return innermost.strip() or message
