"""The benchmark of the pixel correlation, at small sizes."""
import re

from message_names import message_names
from run_tool import run_process


def test_table(tmp_path):
    done = run_process('analysis_tools/benchmark.py', 'pcm', '--size', 160, 256, '--images', 2, cwd=tmp_path)
    assert done.status == 0, done.err
    assert '20x32' in done.out
    rows = {line[:32].strip(): [float(cell) for cell in line[32:].split()]
            for line in done.out.splitlines() if ', with gradients' in line or ', inference' in line}
    assert len(rows) == 4 and all(row[0] > 0 and row[2] < 1e-5 for row in rows.values())
    # 2 * 640 ** 2 affinities are 3.3 MB
    assert rows['ours, with gradients'][1] < rows['released formulation, with gradients'][1]


def test_sizes_must_be_positive(tmp_path):
    done = run_process('analysis_tools/benchmark.py', 'pcm', '--images', '0', cwd=tmp_path)
    assert done.status == 2 and re.search(message_names('--images', 0), done.err) and 'Traceback' not in done.err
