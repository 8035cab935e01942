"""How far a pipeline is, from records, logs and the lock."""
import fcntl
import json

import pytest
from stub_pipeline import StubPlan, StubStage

from mmwsss.pipeline import Launcher, check, run_pipeline
from mmwsss.pipeline.status import (
    StageStatus,
    duration,
    print_status,
    progress_of,
    read_progress,
    stages_status,
    summary,
)
from mmwsss.utils.errors import InputError

MMENGINE = '11/28 09:51:18 - mmengine - INFO - Epoch(train) [1][20/63]  lr: 9.8e-03  eta: {}  time: 4.27'


@pytest.fixture
def stub(tmp_path, monkeypatch) -> StubPlan:
    monkeypatch.setattr(check, 'check_inputs', lambda plan: None)
    return StubPlan(tmp_path)


def test_nothing_has_run(stub, capsys):
    assert stages_status(stub) == [StageStatus('first', 'left'), StageStatus('second', 'left')]
    print_status(stub)
    out = capsys.readouterr().out
    assert '0 of 2 stages are done' in out and not stub.work_dir.exists()
    assert str(stub.work_dir.absolute()) in out and '--work-dir' in out


def test_done_running_and_interrupted(stub, capsys):
    run_pipeline(stub, Launcher(stub.tools))
    assert [status.state for status in stages_status(stub)] == ['done', 'done']
    record = stub.work_dir / 'records' / 'second.json'
    record.write_text(json.dumps(dict(state='running', inputs={}, seconds=30.0)))
    (stub.work_dir / 'logs' / 'second.log').write_text('CAMs: 5/20\n')
    assert stages_status(stub)[1] == StageStatus('second', 'interrupted', 30.0, 90.0, 'CAMs: 5/20')
    with open(stub.work_dir / 'lock') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert stages_status(stub)[1].state == 'running'
        print_status(stub)
    out = capsys.readouterr().out
    assert str(stub.work_dir.absolute()) in out and '--work-dir' not in out
    assert '1 of 2 stages are done' in out and '90 s left' in out and 'CAMs: 5/20' in out
    record.write_text('{')
    assert stages_status(stub)[1].state == 'interrupted' and 'second.json' in stages_status(stub)[1].result


def test_a_failed_stage_is_no_interrupted_one(stub):
    run_pipeline(stub, Launcher(stub.tools), last='first')
    orders = stub.tools / 'second'
    orders.write_text('sys.exit(3)')
    with pytest.raises(InputError, match='second'):
        run_pipeline(stub, Launcher(stub.tools))
    status = stages_status(stub)[1]
    assert status.state == 'failed' and str(stub.work_dir / 'logs' / 'second.log') in status.result
    orders.unlink()
    run_pipeline(stub, Launcher(stub.tools))
    assert stages_status(stub)[1].state == 'done'
    assert 'failed' not in json.loads((stub.work_dir / 'records' / 'second.json').read_text())


def test_a_stage_to_come_takes_what_one_with_its_tool_took(stub, monkeypatch):
    images = dict(first=['a'] * 40, second=['a'] * 100)
    monkeypatch.setattr(StubStage, 'images', lambda stage, plan: images[stage.name])
    run_pipeline(stub, Launcher(stub.tools), last='first')
    record = stub.work_dir / 'records' / 'first.json'
    record.write_text(json.dumps(json.loads(record.read_text()) | dict(seconds=20.0)))
    assert stages_status(stub)[1] == StageStatus('second', 'left', remaining=50.0)
    assert progress_of(stub) == (0.5, '1 of 2 stages are done after 20 s; 50 s left.')
    (stub.work_dir / 'records' / 'second.json').write_text(json.dumps(dict(state='running', inputs={}, seconds=10.0)))
    assert stages_status(stub)[1].remaining == 40.0  # its log tells nothing yet
    assert progress_of(stub)[0] == pytest.approx(0.6)


@pytest.mark.parametrize('log, seconds', [
    (MMENGINE.format('0:32:38'), 1958), (MMENGINE.format('2 days, 1:00:05'), 176405),
    ('IR labels: 30/40\nnoise', 20), ('IR labels: 0/40', None), ('', None)])
def test_progress(tmp_path, log, seconds):
    (tmp_path / 'a.log').write_text(f'eta: 9:00:00\n{"x" * 30000}\n{log}\n')
    found, text = read_progress(tmp_path / 'a.log', 60.0)
    assert found == (None if seconds is None else pytest.approx(seconds))
    assert bool(text) == (seconds is not None) and 'mmengine' not in text
    assert read_progress(tmp_path / 'missing.log', 1.0) == (None, '')


def test_times():
    assert [duration(value) for value in (0.4, 45, 700, 11100)] == ['0 s', '45 s', '12 min', '3 h 05 min']
    done, running, left = StageStatus('a', 'done', 60.0, 0.0), StageStatus('b', 'running', 30.0, 50.0), StageStatus(
        'c', 'left')
    assert summary([done, done]) == '2 of 2 stages are done after 2 min.'
    assert '90 s; 50 s left.' in summary([done, running]) and '1 stages' in summary([done, running, left])
    assert '0 s left' not in summary([done, left]) and 'not known' in summary([done, left])
