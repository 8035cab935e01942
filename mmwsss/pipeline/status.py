"""How far a pipeline is, read from its work dir: while it runs, from any terminal."""
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmwsss.utils.errors import InputError
from mmwsss.utils.json_file import write_json
from mmwsss.utils.provenance import read_json_object
from mmwsss.utils.table import framed_table

from .plan import Plan
from .record import read_record
from .table import result_of
from .work_dir import is_held, log_path, record_path

WORK = 'work.json'  # name of stage -> images that it goes through
TAIL = 20_000  # bytes of a log that are read
ETA = re.compile(r'eta: (?:(\d+) days?, )?(\d+):(\d\d):(\d\d)')  # MMEngine's
PROGRESS = re.compile(r': (\d+)/(\d+)$', re.MULTILINE)  # our progress bar's


class StageStatus(NamedTuple):
    """A stage of a pipeline.

    Attributes:
        name: of the stage.
        state: 'done', 'running', 'failed', 'interrupted' or 'left'.
        seconds: that it took so far.
        remaining: seconds that it will still take, `None` if nothing tells. Before a stage starts, an estimate: that of
            a stage with the same tool that is done, by the numbers of images.
        result: its figures, the last progress in its log, or the log of a failed stage.
    """
    name: str
    state: str
    seconds: float = 0.0
    remaining: float | None = None
    result: str = ''


def stages_status(plan: Plan) -> list[StageStatus]:
    """The state of every stage, without running or checking anything.

    Args:
        plan: of the pipeline; made with `dry`, it needs no data.
    """
    held = is_held(plan.work_dir)
    work = read_json_object(plan.work_dir / WORK, 'Delete it.') or {}
    rates: dict[str, float] = {}  # tool -> seconds an image
    found = []
    for name, stage in plan.stages.items():
        if not stage.tool:
            found.append(StageStatus(name, 'done', remaining=0.0))
            continue
        try:
            record = read_record(record_path(plan, name))
        except InputError as error:
            found.append(StageStatus(name, 'interrupted', result=str(error)))
            continue
        if record is None:
            found.append(StageStatus(name, 'left'))
        elif record['state'] == 'done':
            found.append(StageStatus(name, 'done', record['seconds'], 0.0, result_of(record)))
            if work.get(name):
                rates[stage.tool] = record['seconds'] / work[name]
        else:
            log = log_path(plan, name)
            remaining, text = read_progress(log, record['seconds'])
            state = 'failed' if record.get('failed') else 'running' if held else 'interrupted'
            found.append(StageStatus(name, state, record['seconds'], remaining,
                                     f'see {log}' if state == 'failed' else text))
    return [status if status.remaining is not None else status._replace(
        remaining=_estimate(status, work.get(status.name), rates.get(plan.stages[status.name].tool)))
        for status in found]


def _estimate(status: StageStatus, images: int | None, rate: float | None) -> float | None:
    """Seconds that a stage still takes, by what another one with its tool took for an image."""
    return max(images * rate - status.seconds, 0.0) if images and rate else None


def note_work(plan: Plan) -> None:
    """Note how much every stage has to do, for estimates of the time left.

    Args:
        plan: of the pipeline, with the data that it reads.
    """
    write_json(plan.work_dir / WORK, {name: stage.work(plan) for name, stage in plan.stages.items()})


def read_progress(log: Path, seconds: float) -> tuple[float | None, str]:
    """How far the stage is that writes a log.

    Args:
        log: of the stage; it may be missing.
        seconds: that the stage took so far.

    Returns:
        Seconds left, `None` if the log does not tell, and the last line that does.
    """
    try:
        with open(log, 'rb') as file:
            file.seek(max(file.seek(0, 2) - TAIL, 0))
            text = file.read().decode('utf-8', 'replace')
    except OSError:
        return None, ''
    for line in reversed(text.splitlines()):
        eta, progress = ETA.search(line), PROGRESS.search(line)
        if eta:
            days, hours, minutes, rest = (int(part or 0) for part in eta.groups())
            return ((days * 24 + hours) * 60 + minutes) * 60 + rest, _short(line)
        if progress and int(progress[1]):
            done, total = int(progress[1]), int(progress[2])
            return seconds * max(total - done, 0) / done, _short(line)
    return None, ''


def print_status(plan: Plan) -> None:
    """Print the work dir, a table of the stages, and the times in total."""
    found = stages_status(plan)
    hint = '' if (plan.work_dir / 'records').is_dir() else (
        ' (nothing ran here; if it ran from another folder, go there, or give --work-dir)')
    print(f'{plan.work_dir.absolute()}{hint}:')
    rows = [(status.name, status.state, duration(status.seconds) if status.seconds else '',
             '' if status.state == 'done' else '?' if status.remaining is None else duration(status.remaining),
             status.result) for status in found]
    print(framed_table(('stage', 'state', 'took', 'left', 'result'), rows, wrap='result'))
    print(summary(found))


def progress_of(plan: Plan) -> tuple[float, str]:
    """How far the pipeline is: a fraction by the number of stages, and one sentence."""
    found = stages_status(plan)
    parts = [1.0 if status.state == 'done' else
             status.seconds / max(status.seconds + status.remaining, 1e-6) if status.remaining is not None else 0.0
             for status in found]
    return sum(parts) / len(parts), summary(found)


def summary(found: Sequence[StageStatus]) -> str:
    """One sentence: stages done, the time spent, the time left as far as it is known."""
    done = sum(status.state == 'done' for status in found)
    text = f'{done} of {len(found)} stages are done after {duration(sum(status.seconds for status in found))}'
    unknown = sum(status.remaining is None for status in found)
    known = sum(status.remaining or 0.0 for status in found)
    if known:
        text += f'; {duration(known)} left'
    if unknown:
        text += (f', without {unknown} stages whose time is not known yet' if known else
                 '; the time left is not known yet')
    return f'{text}.'


def duration(seconds: float) -> str:
    """`'45 s'`, `'12 min'` or `'3 h 05 min'`."""
    if seconds < 100:
        return f'{seconds:.0f} s'
    minutes = round(seconds / 60)
    return f'{minutes} min' if minutes < 100 else f'{minutes // 60} h {minutes % 60:02d} min'


def _short(line: str) -> str:
    """A line of MMEngine's log without date, name and level."""
    return line.rpartition(' - INFO - ')[2].strip()[:100]
