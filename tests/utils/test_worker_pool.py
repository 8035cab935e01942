"""Worker processes."""
import os
import signal

import pytest
import torch

from mmwsss.utils.errors import InputError
from mmwsss.utils.system import available_cores
from mmwsss.utils.worker_pool import default_workers, run_parallel, worker_pool


def test_workers_have_one_thread_and_ignore_ctrl_c_from_the_start():
    before = signal.getsignal(signal.SIGINT)
    with worker_pool(2) as pool:
        assert signal.getsignal(signal.SIGINT) == before
        assert len(pool._processes) == 2
        for process in pool._processes:  # they are importing
            os.kill(process, signal.SIGINT)
        assert pool.submit(os.getpid).result() in pool._processes
        assert pool.submit(torch.get_num_threads).result() == 1


def test_ranks_share_the_cores(monkeypatch):
    cores = available_cores()
    monkeypatch.delenv('LOCAL_WORLD_SIZE', raising=False)
    assert default_workers() == cores
    monkeypatch.setenv('LOCAL_WORLD_SIZE', str(2 * cores))
    assert default_workers() == 1


@pytest.mark.parametrize('workers', [1, 2])
def test_parallel_results_come_in_order(workers):
    assert list(run_parallel('Squares', abs, range(-40, 0), workers)) == list(range(40, 0, -1))


def test_a_killed_worker_is_explained():
    with pytest.raises(InputError, match='--workers'):
        list(run_parallel('Ends', os._exit, range(40), 2))
