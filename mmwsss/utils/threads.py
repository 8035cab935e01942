"""Keeping small operations out of many threads."""
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_inside = 0  # blocks that run now, in all threads
_threads = 1  # before the first of them


@contextmanager
def one_thread(device: torch.device) -> Iterator[None]:
    """Keep element-wise operations on a CPU in the calling thread; on other devices this does nothing.

    Where each operation takes microseconds, more threads gain little. Where other processes keep the cores busy,
    thousands of thread synchronisations turn a fraction of a second into many seconds.

    The setting is the whole process's. Where several threads are in such blocks, each that leaves restores what it was
    before the first.

    Args:
        device: of the tensors.
    """
    global _inside, _threads
    if device.type != 'cpu':
        yield
        return
    with _lock:
        if not _inside:
            _threads = torch.get_num_threads()
        _inside += 1
        torch.set_num_threads(1)
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            torch.set_num_threads(_threads)
