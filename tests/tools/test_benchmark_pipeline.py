"""The benchmark of a pipeline's start, with few images."""
import re

from run_tool import run_process


def test_the_command(tmp_path):
    done = run_process('analysis_tools/benchmark.py', 'pipeline', '--images', 20, cwd=tmp_path)
    assert done.status == 0, done.err
    assert re.search(r'^13 stages over 20 images: [\d.]+ s until all are done, after [\d.]+ s', done.out, re.MULTILINE)
    assert len(re.findall(r'^\w+: done \(1 s\)$', done.out, re.MULTILINE)) == 13
