"""Messages of the command line tools for errors that a user can fix."""
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mmwsss.utils.errors import InputError
from mmwsss.utils.output import FULL_DISK, UNUSABLE

from .launchers import process_rank

# Seconds that other ranks wait for rank 0 to print its message. All ranks usually hit the same error, and a launcher
# stops all ranks when one exits, so rank 0 must print first.
PATIENCE = 10.0

PLACE_IN_REGISTRY = r'class `\w+` in \S+\.py: '  # MMEngine up to 0.10.7 raises an error of a part again with this


@contextmanager
def plain_errors(launcher: str = 'none',
                 resume_hint: Callable[[], str] = lambda: '') -> Iterator[None]:
    """Exit with one message instead of a traceback, for errors that a user can fix.

    Errors known to :func:`plain_message` exit with status 1, Ctrl-C with 130. Other errors keep their traceback,
    which shows a bug better. Under a launcher rank 0 prints the message; another rank prints only if rank 0 has
    not ended the run.

    Args:
        launcher: one of MMEngine's launchers.
        resume_hint: called on an interruption; returns a sentence that says how to resume.

    Raises:
        SystemExit: with status 1 or 130.
    """
    rank = process_rank(launcher)
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        # MMEngine's Config mistakes an interruption for bad syntax while it formats its text for a checkpoint.
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
    """The message that replaces the traceback of an error; `None` to keep the traceback.

    It covers `InputError`, missing packages, a full disk, and paths that cannot be read or written.

    Args:
        error: as it reached the command line; MMEngine and the data loader's workers may have wrapped the original.
        resume_hint: says how to resume, for a full disk.
    """
    chain = list(_chain(error))
    for link in chain:  # the last one that was raised says where the others came from
        if isinstance(link, InputError):
            return re.sub(PLACE_IN_REGISTRY, '', _without_worker_traceback(str(link)))
    for link in chain:
        if isinstance(link, ImportError) and link.name == 'mmwsss':  # from mmwsss.version
            return str(link)
        if isinstance(link, OSError) and link.errno in FULL_DISK:
            place = f' ({link.filename})' if link.filename else ''
            return f'{os.strerror(link.errno)}{place}. Free some space. {resume_hint()}'.rstrip()
        if isinstance(link, OSError) and link.errno in UNUSABLE and link.filename:
            return f'{os.strerror(link.errno)} ({link.filename}). Change its permissions or use another path.'
    return None


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, its cause, and so on to the first one."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _without_worker_traceback(message: str) -> str:
    """The original message in PyTorch's report of an error in a data loader's worker."""
    if not message.startswith('Caught InputError in '):
        return message
    name = f'{InputError.__module__}.{InputError.__qualname__}: '
    return message.rpartition(name)[2].strip() or message
