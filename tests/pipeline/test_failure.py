"""Why a process failed, by its exit code and its log."""
import shutil
import signal
from types import SimpleNamespace

import pytest

from mmwsss.pipeline.failure import read_lines, why_failed

TORCHRUN = """Failures: [1]: Signal 15 (SIGTERM) received by PID 8
Root Cause (first observed failure):
traceback : Signal 9 (SIGKILL) received by PID 7"""


@pytest.fixture
def reasons(tmp_path):
    def find(code: int, text: str, begin: int = 0) -> list[str]:
        (tmp_path / 'a.log').write_text(text)
        return why_failed(code, tmp_path / 'a.log', begin)
    return find


def test_without_a_message_the_last_lines_of_this_run(reasons):
    assert reasons(3, 'error: old\nnew\nnewer\n', begin=11) == ['new', 'newer']
    assert reasons(3, '\n'.join(map(str, range(41)))) == [str(number) for number in range(26, 41)]
    assert reasons(1, '') == []


def test_the_message_and_what_follows_it(reasons):
    lines = reasons(1, 'a\nb\nbar\rerror: a.png is gone.\nCopy it.\n\n' + '\n'.join(map(str, range(50))))
    assert lines[:3] == ['error: a.png is gone.', 'Copy it.', '0'] and len(lines) == 14  # of 15 lines one is empty


def test_a_message_with_a_traceback_keeps_its_last_line(reasons):
    stage = reasons(1, '\n'.join(['Traceback', *map(str, range(40)), "TypeError: unexpected 'nonsense'"]))
    lines = reasons(1, '\n'.join(['error: The stage training failed:', *stage, '', 'Full log: a.log.']))
    assert lines[0] == 'error: The stage training failed:' and lines[-1] == "TypeError: unexpected 'nonsense'"
    assert len(lines) == 15


@pytest.mark.parametrize(('code', 'text'), [(-9, ''), (137, ''), (1, TORCHRUN)])
def test_sigkill_means_memory(reasons, code, text):
    signalled, cause, *others = reasons(code, text)
    assert signalled == 'It was ended by SIGKILL (signal 9).' and 'num_workers' in cause
    assert others == text.splitlines()


def test_other_signals_and_codes(reasons):
    assert reasons(-signal.SIGSEGV, '') == ['It was ended by SIGSEGV (signal 11).']
    assert '/dev/shm' in reasons(-signal.SIGBUS, '')[1] and 'Schedulers' in reasons(143, '')[1]
    assert reasons(255, '') == [] and reasons(1, 'Root Cause\nexitcode 1') == ['Root Cause', 'exitcode 1']


def test_a_full_disk_is_named(reasons, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, 'disk_usage', lambda path: SimpleNamespace(free=4096))
    line, = reasons(1, '')
    assert str(tmp_path) in line and 'full' in line


def test_every_state_of_a_progress_bar_is_a_line(tmp_path):
    (tmp_path / 'a.log').write_text('old\n[1/2]\r[2/2]\n')
    assert read_lines(tmp_path / 'a.log', 4) == ['[1/2]', '[2/2]', '']
