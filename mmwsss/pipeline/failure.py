"""Why a process failed: by its exit code, its disk, and what it wrote into its log."""
import re
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

SHOWN = 15  # lines of a message
LEAST_FREE = 1 << 20  # bytes; a disk with less is full
# The usual reason for a signal, and the remedy.
CAUSES = {
    signal.SIGKILL: 'Memory probably ran out. Free some, or lower num_workers of the data loaders in the config of the '
                    'stage.',
    signal.SIGBUS: 'Shared memory (/dev/shm) probably ran out. Provide more, or set num_workers=0 in the data loaders '
                   'in the config of the stage.',
    signal.SIGTERM: 'Schedulers send it when the time of a job is over.'}


def why_failed(code: int, log: Path, begin: int) -> list[str]:
    """Say why a process failed.

    Args:
        code: exit code as `subprocess` has it, negative for a signal.
        log: with the output of the process.
        begin: the byte at which its output starts; earlier runs wrote what is before it.

    Returns:
        Lines: the signal that ended it and its usual cause, a full disk, and its own error message or its last lines.
    """
    output = read_lines(log, begin)
    number = _signal_of(code, output)
    signalled = [f'It was ended by {number.name} (signal {number:d}).', CAUSES.get(number, '')] if number else []
    full = shutil.disk_usage(log.parent).free < LEAST_FREE
    disk = [f'The disk of {log.parent} is full. Free some space.'] if full else []
    return [line for line in (*signalled, *disk, *_message(output)) if line]


def read_lines(log: Path, begin: int) -> list[str]:
    """The lines of a log from a byte on; each state of a progress bar is a line."""
    with open(log, 'rb') as file:
        file.seek(begin)
        return file.read().decode(errors='replace').replace('\r', '\n').split('\n')


def _signal_of(code: int, output: Sequence[str]) -> signal.Signals | None:
    """The signal that ended a process, or one that it started.

    Args:
        code: negative for a signal; a shell adds 128 to the one that ended its command.
        output: torchrun, whose own code is 1, names the first process that failed; it ends the others itself.
    """
    first = '\n'.join(output).rpartition('Root Cause')[2]
    told = re.search(r'Signal (\d+) \(SIG\w+\) received by PID', first)
    number = -code if code < 0 else code - 128 if code > 128 else int(told[1]) if told else 0
    return signal.Signals(number) if number in set(signal.Signals) else None


def _message(output: Sequence[str]) -> list[str]:
    """The error message of a failed process with what follows it; without one, its last lines."""
    lines = '\n'.join(output).strip('\n').split('\n')
    start = next((index for index, line in enumerate(lines) if line.startswith('error: ')), max(len(lines) - SHOWN, 0))
    found = lines[start:]
    length = found.index('') if '' in found else len(found)
    if length > SHOWN:  # of a pipeline that shows the traceback of its stage, whose last line says what is wrong
        return [found[0], *found[length - SHOWN + 1:length]]
    return found[:SHOWN]
