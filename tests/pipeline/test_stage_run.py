"""The runner on stages that only write a file: redo, interruptions, damaged records, vanished inputs, a full disk."""
import errno
import json
import os
from pathlib import Path

import pytest
import torch
from stub_pipeline import StubPlan

from mmwsss.engine.error_messages import plain_message
from mmwsss.pipeline import Launcher, check, run_pipeline
from mmwsss.pipeline import run as run_module
from mmwsss.utils.errors import InputError


@pytest.fixture
def stub(tmp_path, monkeypatch) -> StubPlan:
    monkeypatch.setattr(check, 'check_inputs', lambda plan: None)
    return StubPlan(tmp_path)


def run_stub(stub: StubPlan, *redo: str, **kwargs) -> None:
    run_pipeline(stub, Launcher(stub.tools), redo=redo, **kwargs)


def counts(stub: StubPlan) -> list[int]:
    """How often the stages ran in the folders that they have now."""
    return [len(Path(stub.output(name)).read_text()) for name in ('first', 'second')]


def test_an_interrupted_redo_goes_on(stub, capsys):
    run_stub(stub)
    stub.orders('first', 'sys.exit(1)')
    for total in (1, 2, 3):
        with pytest.raises(InputError, match='stage first'):
            run_stub(stub, 'first', 'second')
        assert counts(stub) == [total, 1]
    stub.orders('first', '')
    stub.orders('second', 'sys.exit(1)')
    for total in (1, 2):
        with pytest.raises(InputError, match='stage second'):
            run_stub(stub, 'second', 'first')
        assert counts(stub) == [4, total]
    assert [len(list(stub.work_dir.glob(f'{name}_old_*'))) for name in ('first', 'second')] == [1, 1]
    assert 'first: done (' in (out := capsys.readouterr().out) and 'before the interruption)' in out
    stub.orders('second', '')
    run_stub(stub)  # ends it, too
    assert counts(stub) == [4, 3]
    run_stub(stub, 'first', 'second')  # and now it means a new one
    assert counts(stub) == [1, 1] and capsys.readouterr().out.count('runs again, as asked') == 2
    assert 'redo' not in json.loads((stub.work_dir / 'records' / 'first.json').read_text())


def test_a_redo_of_a_begun_stage_is_a_redo(stub):
    stub.orders('first', 'sys.exit(1)')
    with pytest.raises(InputError):
        run_stub(stub)
    stub.orders('first', '')
    run_stub(stub, 'first')
    assert counts(stub) == [1, 1] and (stub.work_dir / 'first_old_1' / 'out.txt').read_text() == 'x'


@pytest.mark.parametrize('content', ['{"state": "do', '[]', '5', 'null', '{}', '{"state": "done", "inputs": {}}', None])
def test_a_damaged_or_lost_record_is_mended_by_what_the_message_says(stub, content):
    run_stub(stub)
    path = stub.work_dir / 'records' / 'second.json'
    path.unlink() if content is None else path.write_text(content)
    named = 'second ' if content is None else r'second\.json'
    with pytest.raises(InputError, match=f'{named}.*--redo second'):
        run_stub(stub)
    run_stub(stub, 'second')
    run_stub(stub)
    assert counts(stub) == [1, 1] and (stub.work_dir / 'second_old_1' / 'out.txt').read_text() == 'x'


def test_stages_that_the_options_leave_out(stub):
    for options, named in ((dict(first='second', last='first'), '--from second .*--to first'),
                           (dict(last='first', redo=['second']), '--redo second'),
                           (dict(first='second', redo=['first', 'second']), '--redo first')):
        with pytest.raises(InputError, match=named):
            run_pipeline(stub, Launcher(stub.tools), **options)
    assert not stub.work_dir.exists()


def test_inputs_that_vanish_are_named(stub, capsys):
    run_stub(stub)
    del stub.stub_inputs['data']
    stub.stub_inputs['list'] = 'a'
    run_stub(stub, last='first')
    assert 'first: runs again, changed: data, list\n' in capsys.readouterr().out


def test_a_checkpoint_that_was_cut_off_is_no_result(tmp_path, stub):
    torch.save(dict(state_dict=dict(weight=torch.zeros(1000))), tmp_path / 'whole.pth')
    stub = StubPlan(tmp_path, '.pth')
    copy = f'out.write_bytes(open({str(tmp_path / "whole.pth")!r}, "rb").read()[:SIZE])'
    stub.orders('first', copy.replace('SIZE', '1000'))
    with pytest.raises(InputError, match=r'first/out\.pth') as caught:
        run_stub(stub, last='first')
    assert plain_message(caught.value) == str(caught.value)
    assert json.loads((stub.work_dir / 'records' / 'first.json').read_text())['state'] == 'running'
    stub.orders('first', copy.replace('SIZE', ''))
    run_stub(stub, last='first')
    assert "['--resume'] at work" in (stub.work_dir / 'logs' / 'first.log').read_text()
    assert json.loads((stub.work_dir / 'records' / 'first.json').read_text())['state'] == 'done'


def test_a_full_disk_is_named(stub, monkeypatch):
    def write(*args):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(run_module, 'write_tables', write)
    with pytest.raises(OSError) as caught:
        run_stub(stub)
    assert plain_message(caught.value).startswith(f'No space left on device ({stub.work_dir})')
