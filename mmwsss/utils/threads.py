"""Running small operations in a single thread."""
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch

_lock = threading.Lock()
_inside = 0  # number of active blocks in all threads
_threads = 1  # setting before the first block


@contextmanager
def one_thread(device: torch.device) -> Iterator[None]:
    """Run element-wise CPU operations in the calling thread; does nothing on other devices.

    Operations of microseconds gain little from more threads. If other processes keep the cores busy, thousands of
    thread synchronisations turn a fraction of a second into many seconds.

    The setting applies to the whole process. With several active blocks, each one restores on exit the setting from
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
