"""Stages as forks of one process that has imported everything."""
import contextlib
import fcntl
import os
import select
import subprocess
import sys
import time

import pytest

from mmwsss.pipeline.process import Processes, call
from mmwsss.pipeline.warm import WarmPython
from mmwsss.utils.errors import InputError

SCRIPT = """\
import os, sys
print('IMPORTED', 'mmseg.models' in sys.modules, 'ARGUMENTS', sys.argv[1:], 'PARENT', os.getppid(), flush=True)
import beside
exec(sys.argv[1])
"""


def note_time() -> tuple[float, str]:
    return 0.5, '5 s left'


@pytest.fixture(scope='module')
def processes():
    processes = Processes(warm=True)
    yield processes
    processes.close()


@pytest.fixture
def run(processes, tmp_path):
    """Runs a statement in a stage; returns its peak memory and its output."""
    (tmp_path / 'script.py').write_text(SCRIPT)
    (tmp_path / 'beside.py').write_text('print("BESIDE", __file__)')

    def run(statement: str) -> tuple[float, str]:
        log = tmp_path / 'a.log'
        with open(tmp_path / 'lock', 'a+') as lock:
            peak = call([sys.executable, str(tmp_path / 'script.py'), statement], log, 'walk', lock, note_time,
                        processes)
        return peak, log.read_text()
    return run


def parent(out: str) -> int:
    return int(out.split('PARENT ')[1].split()[0])


def test_a_script_runs_as_python_runs_it(run, tmp_path):
    peak, out = run('import __main__; print("MAIN", __main__.__file__, __name__)')
    assert 'IMPORTED True' in out and 'ARGUMENTS' in out and f'BESIDE {tmp_path / "beside.py"}' in out
    assert f'MAIN {tmp_path / "script.py"} __main__' in out and peak > 50
    assert parent(run('pass')[1].rpartition('IMPORTED')[2]) == parent(out) != os.getpid()  # of one process


def test_memory_is_the_stages_own(run):
    small, large = run('pass')[0], run('block = b"x" * (400 << 20)')[0]
    assert 200 < large - small < 500


@pytest.mark.parametrize('statement, told', [
    ('sys.exit(3)', ''), ('raise ValueError("what happened")', 'what happened'),
    ('os.kill(os.getpid(), 9)', 'SIGKILL')])
def test_failures_are_told(run, statement, told):
    with pytest.raises(InputError, match=f'(?s)walk.*{told}'):
        run(statement)
    assert 'IMPORTED' in run('pass')[1]  # the next stage starts


def test_a_stage_holds_the_lock_and_ends_with_its_group(processes, tmp_path):
    (tmp_path / 'script.py').write_text('import time, subprocess\nsubprocess.Popen(["sleep", "60"])\ntime.sleep(60)\n')
    with open(tmp_path / 'lock', 'a+') as lock, open(tmp_path / 'log', 'w') as log:
        fcntl.flock(lock, fcntl.LOCK_EX)
        processes.start([sys.executable, str(tmp_path / 'script.py')], log, lock)
    assert os.getpgid(processes.pid) == processes.pid
    with open(tmp_path / 'lock') as other, pytest.raises(BlockingIOError):
        fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    time.sleep(0.5)
    processes.stop()
    with open(tmp_path / 'lock') as other:
        deadline = time.time() + 10
        while True:
            try:
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                assert time.time() < deadline
                time.sleep(0.1)


def test_a_killed_server_is_told(tmp_path):
    (tmp_path / 'script.py').write_text('import os, signal, time\nos.kill(os.getppid(), 9)\ntime.sleep(1)\n')
    processes = Processes(warm=True)
    with open(tmp_path / 'lock', 'a+') as lock, pytest.raises(InputError, match='memory'):
        call([sys.executable, str(tmp_path / 'script.py')], tmp_path / 'a.log', 'walk', lock, note_time, processes)
    processes.close()


@pytest.mark.parametrize('moment', ['while it imports', 'when the stage was forked'])
def test_an_interrupted_start_leaves_nothing_behind(tmp_path, monkeypatch, moment):
    (tmp_path / 'script.py').write_text('import time; time.sleep(60)')
    processes = Processes(warm=True)
    if moment == 'while it imports':
        subprocess.Popen(['sh', '-c', f'sleep 0.5; kill -INT {os.getpid()}'])
    else:
        read = WarmPython._read

        def interrupted(warm):
            monkeypatch.setattr(WarmPython, '_read', read)
            assert select.select([warm._socket], [], [], 100)[0]
            raise KeyboardInterrupt

        monkeypatch.setattr(WarmPython, '_read', interrupted)
    with open(tmp_path / 'lock', 'a+') as lock, pytest.raises(KeyboardInterrupt):
        fcntl.flock(lock, fcntl.LOCK_EX)
        call([sys.executable, str(tmp_path / 'script.py')], tmp_path / 'a.log', 'walk', lock, note_time, processes)
    begin = time.time()
    processes.close()
    assert time.time() - begin < 1
    with open(tmp_path / 'lock') as other:
        for _ in range(20):
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            time.sleep(0.05)
        else:
            pytest.fail('a process still holds the work dir')
    assert 'Traceback' not in (tmp_path / 'a.log').read_text()
