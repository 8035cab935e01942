"""The benchmark of the pixel correlation, at small sizes."""
import re

from message_names import message_names
from run_tool import run_process


def test_table(tmp_path):
    done = run_process('analysis_tools/benchmark.py', 'pcm', '--size', 160, 256, '--images', 2, cwd=tmp_path)
    assert done.status == 0, done.err
    assert '20x32' in done.out
    rows = {line[:40].strip(): [float(cell) for cell in line[40:].split()]
            for line in done.out.splitlines() if line.startswith(('released', 'ours'))}
    assert len(rows) == 4 and all(row[0] > 0 for row in rows.values())
    for kind, matrices in (('with gradients', 3), ('inference', 2)):
        seconds, megabytes, difference = rows[f'released formulation, {kind}']
        assert difference < 1e-5 and megabytes > matrices * 2 * 640**2 * 4 / 2**20  # each of 2 * 640 ** 2 affinities


def test_sizes_must_be_positive(tmp_path):
    done = run_process('analysis_tools/benchmark.py', 'pcm', '--images', '0', cwd=tmp_path)
    assert done.status == 2 and re.search(message_names('--images', 0), done.err) and 'Traceback' not in done.err
