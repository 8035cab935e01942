"""Processes beside the main one."""
import os
import signal

import torch

from mmwsss.utils.worker_pool import default_workers, worker_pool


def test_a_worker_has_one_thread_and_ignores_ctrl_c():
    with worker_pool(1) as pool:
        assert pool.submit(os.getpid).result() != os.getpid()
        assert pool.submit(torch.get_num_threads).result() == 1
        assert pool.submit(signal.getsignal, signal.SIGINT).result() == signal.SIG_IGN


def test_ranks_share_the_cores(monkeypatch):
    cores = len(os.sched_getaffinity(0))
    monkeypatch.delenv('LOCAL_WORLD_SIZE', raising=False)
    assert default_workers() == cores
    monkeypatch.setenv('LOCAL_WORLD_SIZE', str(2 * cores))
    assert default_workers() == 1
