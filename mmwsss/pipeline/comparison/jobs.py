"""Pipelines in parallel, each in a process of its own."""
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from mmwsss.pipeline.failure import why_failed
from mmwsss.pipeline.process import endings_as_interruption
from mmwsss.utils.system import available_cores

PAUSE = 0.2  # seconds between looks at the processes
PATIENCE = 60  # seconds that a pipeline gets to end its stage


@dataclass
class Job:
    """A pipeline to run.

    Attributes:
        name: for messages.
        command: command line.
        work_dir: its output goes to `compare.log` in it.
        stages: names of its stages; lines about them are shown.
    """
    name: str
    command: Sequence[str]
    work_dir: Path
    stages: Sequence[str] = field(default_factory=tuple)

    @property
    def log(self) -> Path:
        """The file with its output."""
        return self.work_dir / 'compare.log'


class _Running:
    """A job at work.

    Args:
        job: to start.
        environment: variables in addition to ours.
    """

    def __init__(self, job: Job, environment: Mapping[str, str]) -> None:
        self.job, self.start = job, time.time()
        job.work_dir.mkdir(parents=True, exist_ok=True)
        with open(job.log, 'ab') as file:
            self.begin = self.read = file.tell()
            # A session of its own: a terminal's Ctrl-C comes to us alone, and we end it.
            self.process = subprocess.Popen(job.command, stdout=file, stderr=subprocess.STDOUT,
                                            stdin=subprocess.DEVNULL, start_new_session=True,
                                            env={**os.environ, **environment, 'PYTHONUNBUFFERED': '1'})

    def news(self) -> list[str]:
        """Whole lines about its stages since the last call."""
        with open(self.job.log, 'rb') as file:
            file.seek(self.read)
            text = file.read()
        text = text[:text.rfind(b'\n') + 1]
        self.read += len(text)
        return [line for line in text.decode(errors='replace').splitlines()
                if line.partition(':')[0] in self.job.stages]

    def failure(self) -> str:
        """Why it failed, and its log."""
        reasons = why_failed(self.process.returncode, self.job.log, self.begin)
        return '\n'.join(f'    {line}' for line in [*reasons, f'Log: {self.job.log}'])


def run_jobs(jobs: Sequence[Job], environments: Sequence[Mapping[str, str]], count: tuple[int, int],
             done: Callable[[Job], None]) -> dict[str, str]:
    """Run jobs, as many at a time as there are environments; a failure does not stop the others.

    Args:
        jobs: in the order in which they start.
        environments: variables for each place.
        count: cells that were done before, and all cells.
        done: called when a job ended well.

    Returns:
        Name of a failed job -> why.

    Raises:
        KeyboardInterrupt: after all running jobs have been ended.
    """
    waiting, failures, console = list(jobs), {}, Console()
    finished, total = count
    running: dict[int, _Running] = {}

    def say(job: Job, text: str) -> None:
        print(f'[{finished}/{total}] {job.name}: {text}', flush=True)

    with endings_as_interruption(), console.status('') as status:
        try:
            while waiting or running:
                for place, environment in enumerate(environments):
                    if waiting and place not in running:
                        running[place] = _Running(waiting.pop(0), environment)
                        say(running[place].job, f'starts (output in {running[place].job.log})')
                for place, one in list(running.items()):
                    code = one.process.poll()
                    for line in one.news():
                        say(one.job, line)
                    if code is None:
                        continue
                    del running[place]
                    if code:
                        failures[one.job.name] = one.failure()
                        say(one.job, f'failed\n{failures[one.job.name]}')
                    else:
                        finished += 1
                        say(one.job, f'done ({time.time() - one.start:.0f} s)')
                        done(one.job)
                names = '; '.join(one.job.name for one in running.values())
                status.update(f'{finished} of {total} done, at work: {names}')
                time.sleep(PAUSE)
        except BaseException:  # Ctrl-C and a scheduler's SIGTERM, too
            _stop([one.process for one in running.values()])
            raise
    return failures


def _stop(processes: Sequence[subprocess.Popen]) -> None:
    """End pipelines, which end their stages; a second Ctrl-C is passed on, and they are less patient."""
    deadline = time.time() + PATIENCE
    number: signal.Signals | None = signal.SIGTERM  # SIGINT is ignored in what a script starts in the background
    while True:
        try:
            for process in processes:
                if number and process.poll() is None:
                    process.send_signal(number)
            number = None
            while any([process.poll() is None for process in processes]):
                if time.time() > deadline:
                    number, deadline = signal.SIGKILL, time.time() + PATIENCE
                    break
                time.sleep(0.1)
            else:
                return
        except KeyboardInterrupt:
            number = signal.SIGTERM


def environments_of(jobs: int, gpus: int, available: Sequence[str], local: bool = True) -> list[dict[str, str]]:
    """Variables that divide a machine's GPUs, or its cores where it has none, among parallel jobs.

    Args:
        jobs: number of jobs at a time.
        gpus: of each job.
        available: GPUs of the machine, as `CUDA_VISIBLE_DEVICES` names them; jobs share them evenly if they are too
            few.
        local: whether the stages run on this machine.

    Returns:
        The variables of each job; `OMP_NUM_THREADS` stays as it is where it is set.
    """
    if jobs == 1 or not local:
        return [{}] * jobs
    if available:
        if gpus > len(available):
            return [{}] * jobs
        places = ([place % len(available) for place in range(job * gpus, (job + 1) * gpus)] for job in range(jobs))
        return [dict(CUDA_VISIBLE_DEVICES=','.join(available[place] for place in own)) for own in places]
    threads = os.environ.get('OMP_NUM_THREADS') or str(max(available_cores() // (jobs * gpus), 1))
    return [dict(OMP_NUM_THREADS=threads)] * jobs
