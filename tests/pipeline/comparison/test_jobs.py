"""Jobs in parallel: what they print, failures, interruptions."""
import _thread
import os
import sys
import threading
import time

import pytest

from mmwsss.pipeline.comparison.jobs import Job, environments_of, run_jobs


@pytest.fixture
def job(tmp_path):
    def make(name: str, program: str) -> Job:
        return Job(name, [sys.executable, '-S', '-c', program], tmp_path / name, ('training', 'test'))
    return make


def test_output_goes_to_logs_and_lines_about_stages_are_shown(job, capsys):
    done = []
    jobs = [job(name, 'print("training: starts"); print("noise"); print("test: done (3 s)")') for name in 'ab']
    assert run_jobs(jobs, [{}], (1, 3), lambda one: done.append(one.name)) == {}
    lines = capsys.readouterr().out.splitlines()
    assert done == ['a', 'b'] and 'noise' in jobs[0].log.read_text() and not any('noise' in line for line in lines)
    assert '[1/3] a: training: starts' in lines and '[2/3] b: test: done (3 s)' in lines
    assert lines[-1].startswith('[3/3] b: done')


def test_jobs_run_at_a_time_with_their_variables(job):
    wait = ('import os, time; from pathlib import Path; mine, other = Path("{0}"), Path("{1}"); '
            'mine.parent.mkdir(exist_ok=True); mine.write_text(os.environ["PART"])\n'
            'while not other.exists(): time.sleep(0.02)')
    first, second = job('a', ''), job('b', '')
    paths = [one.work_dir / 'there' for one in (first, second)]
    first.command[-1], second.command[-1] = wait.format(*paths), wait.format(*paths[::-1])  # each waits for the other
    assert run_jobs([first, second], [dict(PART='0'), dict(PART='1')], (0, 2), lambda one: None) == {}
    assert [path.read_text() for path in paths] == ['0', '1']


def test_a_failure_does_not_stop_the_others(job, capsys):
    jobs = [job('bad', 'import sys; print("x"); print("error: no images in a.txt", file=sys.stderr); sys.exit(1)'),
            job('killed', 'import os, signal; os.kill(os.getpid(), signal.SIGKILL)'), job('good', '')]
    done = []
    failures = run_jobs(jobs, [{}], (0, 3), lambda one: done.append(one.name))
    assert done == ['good'] and list(failures) == ['bad', 'killed']
    assert 'no images in a.txt' in failures['bad'] and str(jobs[0].log) in failures['bad']
    assert 'SIGKILL' in failures['killed'] and '[0/3] bad: failed' in capsys.readouterr().out


def test_a_second_run_adds_to_the_log_and_tells_of_itself(job):
    bad = 'import sys; sys.exit("error: {}")'
    for text in ('first', 'second'):
        failures = run_jobs([job('a', bad.format(text))], [{}], (0, 1), lambda one: None)
    assert 'second' in failures['a'] and 'first' not in failures['a']
    assert job('a', '').log.read_text().split() == ['error:', 'first', 'error:', 'second']


@pytest.mark.parametrize('deaf', [False, True])
def test_an_interruption_ends_all_jobs(job, monkeypatch, deaf):
    """Also those that ignore the signal, after a while."""
    monkeypatch.setattr('mmwsss.pipeline.comparison.jobs.PATIENCE', 0.5 if deaf else 60)
    program = 'import os, time; print(os.getpid(), flush=True); time.sleep(100)'
    if deaf:
        program = f'import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {program}'
    jobs = [job(name, program) for name in 'abc']

    def interrupt() -> None:
        while not all(one.log.is_file() and one.log.read_text().strip() for one in jobs[:2]):
            time.sleep(0.05)
        _thread.interrupt_main()

    threading.Thread(target=interrupt, daemon=True).start()
    begin = time.time()
    with pytest.raises(KeyboardInterrupt):
        run_jobs(jobs, [{}, {}], (0, 3), lambda one: None)
    assert time.time() - begin < 30 and not jobs[2].log.exists()
    for one in jobs[:2]:
        with pytest.raises(ProcessLookupError):
            os.kill(int(one.log.read_text()), 0)


def test_gpus_and_cores_are_divided(monkeypatch):
    monkeypatch.delenv('OMP_NUM_THREADS', raising=False)
    assert environments_of(1, 1, ['0', '1']) == [{}]
    assert environments_of(2, 2, ['3', '4', '5', '6', '7']) == [
        dict(CUDA_VISIBLE_DEVICES='3,4'), dict(CUDA_VISIBLE_DEVICES='5,6')]
    assert environments_of(2, 1, ['0']) == [dict(CUDA_VISIBLE_DEVICES='0')] * 2  # they share it
    assert [one['CUDA_VISIBLE_DEVICES'] for one in environments_of(5, 1, ['0', '2'])] == ['0', '2', '0', '2', '0']
    assert [one['CUDA_VISIBLE_DEVICES'] for one in environments_of(3, 2, ['0', '1', '2'])] == ['0,1', '2,0', '1,2']
    assert environments_of(2, 4, ['0', '1']) == [{}, {}]
    assert environments_of(2, 1, [], local=False) == [{}, {}]
    assert [set(one) for one in environments_of(2, 1, [])] == [{'OMP_NUM_THREADS'}] * 2
    assert environments_of(10**6, 1, [])[0] == dict(OMP_NUM_THREADS='1')
    monkeypatch.setenv('OMP_NUM_THREADS', '7')
    assert environments_of(2, 1, []) == [dict(OMP_NUM_THREADS='7')] * 2
