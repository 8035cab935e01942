"""Where a stage ran: noted in its record, because seconds and last digits depend on it."""
import functools
import os
import platform
import subprocess
from pathlib import Path

from mmwsss.version import installed_versions


@functools.cache
def machine() -> dict[str, str | int]:
    """The processor, its number of cores, the GPUs, and the versions of Python and of the packages.

    Called by the runner after a stage, when PyTorch is loaded.
    """
    from mmengine.device import get_device
    gpus = dict(gpus=_gpus()) if get_device() == 'cuda' else {}
    return dict(processor=_processor(), cores=os.cpu_count() or 1, **gpus, python=platform.python_version(),
                **installed_versions())


def _processor() -> str:
    """The name of the CPU."""
    try:
        lines = Path('/proc/cpuinfo').read_text(errors='replace').splitlines()
    except OSError:
        lines = []
    named = (line.partition(':')[2].strip() for line in lines if line.startswith('model name'))
    return next(named, '') or platform.processor() or platform.machine()


def _gpus() -> str:
    """The names of the GPUs, asked of the driver: PyTorch would take memory of one for it."""
    try:
        done = subprocess.run(['nvidia-smi', '--query-gpu=name', '--format=csv,noheader'], capture_output=True,
                              text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 'cuda'
    return ', '.join(done.stdout.split('\n')[:-1]) or 'cuda'
