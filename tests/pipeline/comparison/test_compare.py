"""Running a comparison whose cells are stubs, in this process."""
import errno
import json
import os
import sys
from pathlib import Path

import pytest
from message_names import message_names
from run_tool import TOOLS

from mmwsss.pipeline import Launcher, read_plan, run_pipeline
from mmwsss.pipeline.comparison import compare, read_comparison
from mmwsss.utils.errors import InputError

STUB = """\
custom_imports = dict(imports=['stub_kind'])
stages = [dict(type='StubMeasure', name='test', value=40)]
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs a comparison of a.py and b.py; `orders` happens between its start and the end of its jobs."""
    monkeypatch.chdir(tmp_path)
    for name in 'ab':
        (tmp_path / f'{name}.py').write_text(STUB)

    def run(orders, jobs=1):
        places = []

        def run_jobs(to_run, environments, count, done):
            for job in to_run:
                run_pipeline(read_plan(f'{job.name[0]}.py', str(job.work_dir), seed=0), Launcher(TOOLS))
            orders()
            for job in to_run:
                done(job)
            places.extend(environments)
            return {}

        monkeypatch.setattr(sys.modules[compare.__module__], 'run_jobs', run_jobs)
        return *compare(read_comparison(['a.py', 'b.py']), Path('w'), Launcher(TOOLS), jobs, []), len(places)
    return run


def test_a_config_that_breaks_while_it_runs_does_not_end_the_others(run):
    found, failures, places = run(lambda: Path('a.py').write_text('stages = '), jobs=5)
    assert [cell['entry'] for cell in found] == ['b'] and list(failures) == ['a, seed 0']
    assert places == 2  # more would only divide the cores


def test_two_comparisons_in_one_work_dir(run):
    def another():
        with pytest.raises(InputError, match=message_names('w', '--work-dir', str(os.getpid()))):
            compare(read_comparison(['a.py']), Path('w'), Launcher(TOOLS), 1, [])

    run(another)
    assert [cell['entry'] for cell in json.loads(Path('w/compare.json').read_text())['cells']] == ['a', 'b']
    compare(read_comparison(['a.py']), Path('w'), Launcher(TOOLS), 1, [])  # one after the other


def test_a_full_disk_is_named_at_the_start(run, monkeypatch):
    def full(*values, file=None, flush=False):
        raise OSError(errno.ENOSPC, 'full')

    monkeypatch.setattr(sys.modules[compare.__module__], 'print', full, raising=False)
    with pytest.raises(OSError, match='full') as caught:
        run(lambda: None)
    assert caught.value.filename.startswith('w/')
