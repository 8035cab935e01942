import os
import resource
import sys
from types import SimpleNamespace

from mmwsss.utils.system import available_cores, peak_megabytes


def test_cores_where_the_system_does_not_tell_ours(monkeypatch):
    assert 1 <= available_cores() <= os.cpu_count()
    monkeypatch.delattr(os, 'sched_getaffinity', raising=False)
    assert available_cores() == os.cpu_count()


def test_peak_memory_of_this_process_and_on_macos(monkeypatch):
    assert 10 < peak_megabytes(resource.getrusage(resource.RUSAGE_SELF)) < 1e6
    usage = SimpleNamespace(ru_maxrss=3 << 20)
    monkeypatch.setattr(sys, 'platform', 'linux')
    assert peak_megabytes(usage) == 3 << 10
    monkeypatch.setattr(sys, 'platform', 'darwin')
    assert peak_megabytes(usage) == 3
