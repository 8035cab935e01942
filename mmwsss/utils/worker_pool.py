"""Processes for work on images beside the main one."""
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor

import torch

from .system import available_cores


def worker_pool(workers: int) -> ProcessPoolExecutor:
    """Processes with one thread each that leave Ctrl-C to the main one, which must call this in its main thread."""
    # fork would copy locks that torch's threads hold
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context('spawn'), torch.set_num_threads, (1, ))
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)  # inherited, so it holds while they start, too
    try:
        for _ in range(workers):  # each task starts a process
            pool.submit(os.getpid)
    finally:
        signal.signal(signal.SIGINT, previous)
    return pool


def default_workers() -> int:
    """The cores that this process may use, shared with the other ranks that torchrun started on this machine."""
    return max(available_cores() // int(os.environ.get('LOCAL_WORLD_SIZE', 1)), 1)
