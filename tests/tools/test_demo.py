"""demo.py, as far as it takes no training."""
import shutil

from run_tool import TOOLS, run_process


def test_a_sample_that_cannot_be_drawn_is_told_once(tmp_path):
    """Without setup.py beside the tools, the current folder holds data and results."""
    shutil.copytree(TOOLS, tmp_path / 'tools', ignore=shutil.ignore_patterns('__pycache__'))
    (tmp_path / 'data/sample').mkdir(parents=True)
    (tmp_path / 'data/sample/other.txt').touch()
    done = run_process(str(tmp_path / 'tools/demo.py'), cwd=tmp_path, PYTHONPATH=str(TOOLS.parent))
    assert done.status == 1 and 'other.txt' in done.err and 'Traceback' not in done.err, done.err
    assert not (tmp_path / 'work_dirs').exists()
