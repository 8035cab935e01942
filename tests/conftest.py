"""Fixtures for the whole test suite."""
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

REPO = Path(__file__).resolve().parents[1]
DATA = REPO / 'tests' / 'data'
# weights_rule.py (the weights behind the recorded tensors) and code shared by several tests.
sys.path[:0] = [str(DATA), str(REPO / 'tests' / 'support')]


if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell's background jobs ignore Ctrl-C, and so would all processes that the tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what takes minutes and is also tested in a shorter form, unless MMWSSS_SLOW_TESTS is set."""
    if not os.environ.get('MMWSSS_SLOW_TESTS'):
        for item in items:
            if item.get_closest_marker('slow'):
                item.add_marker(pytest.mark.skip(reason='takes minutes: set MMWSSS_SLOW_TESTS=1'))


@pytest.fixture(autouse=True)
def _two_threads_and_seed():
    """Use one thread: more threads only slow small tests down."""
    torch.set_num_threads(2)
    torch.manual_seed(0)
    np.random.seed(0)


@pytest.fixture(autouse=True)
def _no_visualizer_of_another_test():
    """A run finds the visualizer of an earlier run of the same name, which writes to a folder that is deleted since."""
    from run_tool import forget_visualizers
    yield
    forget_visualizers()


@pytest.fixture(scope='session')
def repo() -> Path:
    """The root of the repository."""
    return REPO


def real_images(name: str) -> Path:
    """The folder of a cut of VOC; a test that needs it skips without it."""
    root = Path(os.environ.get(f'MMWSSS_{name.upper()}', REPO.parent / 'shared' / 'data' / name))
    if not (root / 'JPEGImages').is_dir():
        pytest.skip(f'no {name} at {root}: set MMWSSS_{name.upper()} to its folder')
    return root


@pytest.fixture(scope='session')
def voc6() -> Path:
    """The folder of real VOC images of six classes."""
    return real_images('voc6')


@pytest.fixture(scope='session')
def voc20() -> Path:
    """The folder of real VOC images of all twenty classes."""
    return real_images('voc20')


@pytest.fixture(scope='session')
def golden():
    """`golden('vwe1')`: tensors recorded from the authors' code, by name."""
    def load(name: str) -> dict[str, np.ndarray]:
        with np.load(DATA / f'{name}.npz') as file:
            return {key: file[key] for key in file.files}
    return load
