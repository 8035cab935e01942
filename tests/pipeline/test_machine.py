"""Where a stage ran."""
import os
import platform
import subprocess

import mmseg
import torch

from mmwsss.pipeline import machine as module
from mmwsss.pipeline.machine import machine


def test_processor_and_versions():
    found = machine()
    assert found['processor'] and found['cores'] == os.cpu_count() and found['python'] == platform.python_version()
    assert found['mmseg'] == mmseg.__version__
    assert found['torch'].partition('+')[0] == torch.__version__.partition('+')[0]


def test_gpus(monkeypatch):
    done = subprocess.CompletedProcess([], 0, stdout='Card A\nCard A\n')
    monkeypatch.setattr(subprocess, 'run', lambda *args, **kwargs: done)
    assert module._gpus() == 'Card A, Card A'

    def missing(*args, **kwargs):
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, 'run', missing)
    assert module._gpus() == 'cuda'
