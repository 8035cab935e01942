import threading

import pytest
import torch

from mmwsss.utils.threads import one_thread

CPU = torch.device('cpu')


@pytest.fixture(autouse=True)
def three_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    yield
    torch.set_num_threads(before)


def test_the_number_is_restored_also_after_an_error():
    with one_thread(CPU):
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 3
    with pytest.raises(ZeroDivisionError), one_thread(CPU):
        raise ZeroDivisionError
    assert torch.get_num_threads() == 3


def test_other_devices_leave_it_alone():
    with one_thread(torch.device('cuda')):
        assert torch.get_num_threads() == 3


def test_threads_that_overlap_restore_it():
    entered, leave = threading.Event(), threading.Event()

    def other() -> None:
        with one_thread(CPU):
            entered.set()
            leave.wait(10)

    thread = threading.Thread(target=other)
    with one_thread(CPU):
        thread.start()
        assert entered.wait(10)
    leave.set()
    thread.join()
    counts: list[int] = []
    late = threading.Thread(target=lambda: counts.append(torch.get_num_threads()))
    late.start()
    late.join()
    assert [torch.get_num_threads(), *counts] == [3, 3]
