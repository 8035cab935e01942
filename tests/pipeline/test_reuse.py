"""Stages that another pipeline has done: linked where tool, inputs and output are the same."""
import fcntl
import json
import threading
from pathlib import Path

import pytest
from stub_pipeline import StubPlan

from mmwsss.pipeline import Launcher, check, reuse, run_pipeline
from mmwsss.pipeline.work_dir import held_lock


@pytest.fixture
def plans(tmp_path, monkeypatch) -> tuple[StubPlan, StubPlan]:
    """A pipeline that is done in tmp_path/all/a/w, and one with the same inputs."""
    monkeypatch.setattr(check, 'check_inputs', lambda plan: None)
    folders = [tmp_path / 'all' / name for name in 'ab']
    for folder in folders:
        folder.mkdir(parents=True)
    done, other = map(StubPlan, folders)
    run_pipeline(done, Launcher(done.tools))
    return done, other


def run(plan: StubPlan, *places: Path) -> list[int]:
    """Run a pipeline whose stages end well; return the number of links to each output."""
    run_pipeline(plan, Launcher(plan.tools), reuse=places)
    outputs = [Path(plan.output(name)) for name in ('first', 'second')]
    assert all(output.read_text() == 'x' for output in outputs)
    return [output.stat().st_nlink for output in outputs]


def test_what_is_done_elsewhere_is_linked(plans, tmp_path, capsys):
    done, other = plans
    for name in ('first', 'second'):
        other.orders(name, 'sys.exit(1)')  # it must not run
    assert run(other, tmp_path / 'all') == [2, 2]
    assert f'first: taken from {done.work_dir / "first"}' in capsys.readouterr().out
    records = [json.loads((plan.work_dir / 'records' / 'first.json').read_text()) for plan in plans]
    assert records[0] == records[1]
    run(other)  # and it is done here now
    assert 'second: done (' in capsys.readouterr().out


@pytest.mark.parametrize('change', ['inputs', 'tool', 'output', 'record', 'state', 'nothing there'])
def test_what_differs_runs(plans, tmp_path, change):
    done, other = plans
    path, places = done.work_dir / 'records' / 'first.json', [done.work_dir]
    if change == 'inputs':
        other.stub_inputs['data'] = '3'
    elif change == 'tool':
        path.write_text(path.read_text().replace('"tool.py"', '"another.py"'))
    elif change == 'output':
        Path(done.output('first')).write_text('y')
    elif change == 'record':
        path.write_text('{')
    elif change == 'state':
        path.write_text(path.read_text().replace('"done"', '"running"'))
    else:
        places = [tmp_path / 'nowhere']
    assert run(other, *places)[0] == 1


def test_what_two_pipelines_would_do_at_the_same_time_is_done_once(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(check, 'check_inputs', lambda plan: None)
    monkeypatch.setattr(reuse, 'PAUSE', 0.05)
    plans = []
    for name in 'ab':
        (tmp_path / 'all' / name).mkdir(parents=True)
        plans.append(StubPlan(tmp_path / 'all' / name))
        plans[-1].orders('first', 'import time; time.sleep(1)')
    threads = [threading.Thread(target=run_pipeline, args=(plan, Launcher(plan.tools)),
                                kwargs=dict(reuse=[tmp_path / 'all'])) for plan in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [Path(plan.output(name)).stat().st_nlink for plan in plans for name in ('first', 'second')] == [2] * 4
    assert capsys.readouterr().out.count('taken from') == 2  # each stage once


@pytest.mark.parametrize('ends', ['failed', 'killed'])
def test_a_stage_that_fails_elsewhere_is_run(plans, monkeypatch, ends):
    done, other = plans
    path = done.work_dir / 'records' / 'first.json'
    record = json.loads(path.read_text())
    path.write_text(json.dumps(dict(record, state='running', failed=ends == 'failed')))
    monkeypatch.setattr(reuse, 'PAUSE', 0.05)
    with held_lock(done.work_dir / 'lock', 'held') as lock:
        if ends == 'killed':
            monkeypatch.setattr(reuse.time, 'sleep', lambda seconds: fcntl.flock(lock, fcntl.LOCK_UN))
        assert reuse.reusable(other, other.stages['first'], record['inputs'], [done.work_dir]).__enter__() is None


def test_files_are_copied_where_the_file_system_has_no_links(plans, monkeypatch, capsys):
    done, other = plans

    def no_link(*arguments):
        raise OSError('not supported')

    monkeypatch.setattr(reuse.os, 'link', no_link)
    assert run(other, done.work_dir.parent) == [1, 1]  # a folder with the work dir
    assert capsys.readouterr().out.count('taken from') == 2


def test_a_stage_that_was_begun_here_goes_on_here(plans):
    done, other = plans
    record = dict(state='running', tool='tool.py', inputs=dict(config='1', data='2', stage='first'), seconds=1.0)
    (other.work_dir / 'records').mkdir(parents=True)
    (other.work_dir / 'records' / 'first.json').write_text(json.dumps(record))
    assert run(other, done.work_dir) == [1, 2]


@pytest.mark.parametrize('moment', ['copytree', 'rename'])
def test_an_interruption_leaves_nothing_in_the_way(plans, monkeypatch, moment):
    done, other = plans
    place = reuse.shutil if moment == 'copytree' else Path
    real = getattr(place, moment)

    def interrupted(*arguments, **options):
        if moment == 'copytree':
            real(*arguments, **options)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(place, moment, interrupted)
        with pytest.raises(KeyboardInterrupt):
            run(other, done.work_dir)
    assert run(other, done.work_dir) == [2, 2]
    assert not list(other.work_dir.glob('.*'))
