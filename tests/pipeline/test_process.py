"""How a stage's process is started, ends and fails."""
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mmwsss.pipeline import process as module
from mmwsss.pipeline.process import call, endings_as_interruption
from mmwsss.utils.errors import InputError


def run(folder: Path, script: str, *arguments: str) -> float:
    with open(folder / 'lock', 'a+') as lock:
        return call(['bash', '-c', script, *arguments], folder / 'a.log', 'walk', lock, lambda: (0.5, '5 s left'))


def failure(folder: Path, script: str, *arguments: str) -> str:
    with pytest.raises(InputError) as caught:
        run(folder, script, *arguments)
    text, end = str(caught.value).split('\n\n')
    assert str(folder / 'a.log') in end
    return text


def test_scripts_start_our_python(tmp_path, monkeypatch):
    monkeypatch.setenv('PYTHON', 'another')
    script = 'echo "$PYTHON"; until [ -s "$0" ]; do sleep 0.05; done; cat "$0"'
    assert run(tmp_path, script, str(tmp_path / 'lock')) > 1
    python, *numbers = (tmp_path / 'a.log').read_text().splitlines()
    numbers = ' '.join(numbers).split()
    assert python == sys.executable and numbers[0] == str(os.getpid()) and len(numbers) == 2  # and the stage's


def test_a_failure_shows_the_last_lines_of_this_run(tmp_path):
    (tmp_path / 'a.log').write_text('error: of an earlier run\nold\n')
    assert failure(tmp_path, 'echo new; echo newer; exit 3') == 'The stage walk failed:\nnew\nnewer'
    assert failure(tmp_path, 'seq 40; exit 3').split('\n')[1:] == [str(number) for number in range(26, 41)]
    assert failure(tmp_path, 'exit 1') == 'The stage walk failed:'
    assert (tmp_path / 'a.log').read_text().startswith('error: of an earlier run\nold\nnew\nnewer\n1\n')


@pytest.mark.parametrize('script', ['kill -9 $$', 'bash -c "kill -9 \\$\\$"; exit $?'])
def test_a_killed_stage_names_the_signal(script, tmp_path):
    assert failure(tmp_path, script).startswith('The stage walk failed:\nIt was ended by SIGKILL (signal 9).\n')


def test_a_killed_stage_leaves_nothing_behind(tmp_path):
    failure(tmp_path, 'sleep 60 & echo $!; kill -9 $$')
    left = Path('/proc', (tmp_path / 'a.log').read_text().strip(), 'stat')
    for _ in range(50):
        if not left.exists() or left.read_text().split()[2] == 'Z':  # dead, though nobody has asked how it ended
            return
        time.sleep(0.1)
    pytest.fail('the child lives on')


def test_the_status_is_of_this_run(tmp_path):
    log = tmp_path / 'a.log'
    log.write_text('old\n')
    assert module._last_line(log, 4) == ''
    log.write_text('old\n[1/2]\r[2/2]\n\n')
    assert module._last_line(log, 4) == '[2/2]'


@pytest.mark.parametrize('number', [signal.SIGTERM, signal.SIGHUP])
def test_endings_are_interruptions(number):
    before = signal.signal(number, signal.SIG_DFL)  # the tests may run under nohup
    try:
        with pytest.raises(KeyboardInterrupt), endings_as_interruption():
            os.kill(os.getpid(), number)
            time.sleep(5)
        assert signal.getsignal(number) is signal.SIG_DFL
    finally:
        signal.signal(number, before)


def test_nohup_is_respected(monkeypatch):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with endings_as_interruption():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_second_interruption_is_less_patient(monkeypatch):
    stage = subprocess.Popen(['bash', '-c', 'trap "" INT TERM; echo; while true; do sleep 0.05; done'],
                             start_new_session=True, stdout=subprocess.PIPE)
    stage.stdout.readline()
    interruptions = iter([KeyboardInterrupt, KeyboardInterrupt])

    def sleep(seconds):
        for interruption in interruptions:
            raise interruption

    monkeypatch.setattr(module.time, 'sleep', sleep)
    start = time.time()
    processes = module.Processes()
    processes.pid = stage.pid
    processes.stop()
    assert time.time() - start < module.GRACE
    with pytest.raises(ProcessLookupError):
        os.kill(stage.pid, 0)
