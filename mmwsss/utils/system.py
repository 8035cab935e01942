"""Differences between Linux, macOS and Windows."""
import os
import sys
from typing import Any


def available_cores() -> int:
    """The number of cores this process may use, or, where unknown, the machine has."""
    if hasattr(os, 'sched_getaffinity'):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def peak_megabytes(usage: Any) -> float:
    """The peak memory of a process in MB (2^20 bytes).

    Args:
        usage: from `resource.getrusage` or `os.wait4`; its `ru_maxrss` is in bytes on macOS, else in KB.
    """
    return usage.ru_maxrss / (2**20 if sys.platform == 'darwin' else 2**10)
