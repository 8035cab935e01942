"""Keeping small operations out of many threads."""
from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_thread() -> Iterator[None]:
    """Keep the CPU's element-wise operations in the calling thread.

    Where each takes microseconds, more threads win little, and where other processes keep the cores busy, thousands
    of meetings of the threads make a part of a second take many.
    """
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
