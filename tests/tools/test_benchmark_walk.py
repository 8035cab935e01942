"""The benchmark of the random walk, at small sizes."""
import re
import sys

import pytest
import torch
from message_names import message_names
from run_tool import TOOLS, run_process

from mmwsss.pseudo_labels import random_walk


@pytest.fixture
def benchmark(monkeypatch):
    """The module of the command."""
    monkeypatch.setattr(sys, 'path', [str(TOOLS / 'analysis_tools'), *sys.path])
    import _benchmark_walk
    return _benchmark_walk


@pytest.mark.parametrize('size', [(1, 1), (1, 7), (6, 3), (13, 11)])
def test_dense_walk_is_the_walk(benchmark, size):
    cam, boundary = torch.rand(2, *size), torch.rand(size)**3
    torch.testing.assert_close(benchmark.dense_walk(cam, boundary), random_walk(cam, boundary), rtol=0, atol=1e-4)


def test_memory_of_a_known_amount(benchmark):
    freed = torch.ones(2**23)  # freed memory of 32 MB must not hide later use
    del freed
    filling, before = benchmark.fill_memory('cpu')
    held = torch.ones(2**22)
    assert held.sum() == 2**22 and 15 < benchmark.highest_mark('cpu') - before < 18
    assert filling


def test_table(tmp_path):
    done = run_process('analysis_tools/benchmark.py', 'walk', '--size', 12, 16, '--dense', '--sides', 24, cwd=tmp_path)
    assert done.status == 0, done.err
    rows = {tuple(line[:32].split()): line[32:].split() for line in done.out.splitlines() if 'x' in line[20:32]}
    small = [float(cell) for cell in rows[('dense', '32x40')]]
    extrapolated = [float(cell) for cell in rows[('dense,', 'extrapolated', '12x16')]]
    assert extrapolated[0] == pytest.approx(small[0] * (192 / 1280)**3, abs=1e-3)
    assert float(rows[('dense,', 'measured', '12x16')][2]) < 1e-4 and small[2] < 1e-4
    seconds, megabytes, *each = (float(cell) for cell in rows[('ours', '24x24')])
    assert each == [pytest.approx(seconds / 0.576, abs=2e-3), pytest.approx(megabytes / 0.576, abs=0.1)]


def test_sizes_must_be_positive(tmp_path):
    done = run_process('analysis_tools/benchmark.py', 'walk', '--size', '0', '5', cwd=tmp_path)
    assert done.status == 2 and re.search(message_names('--size', 0), done.err) and 'Traceback' not in done.err
