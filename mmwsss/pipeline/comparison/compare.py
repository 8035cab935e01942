"""Running a comparison: what is done stays, what another machine did is taken, the rest runs."""
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmwsss.pipeline.launcher import Launcher
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.run import run_pipeline
from mmwsss.pipeline.work_dir import held_lock
from mmwsss.utils.errors import InputError
from mmwsss.utils.output import explained_output
from mmwsss.version import installed_versions

from .cells import Cell, cells_of, portable_inputs, read_done
from .entries import Comparison
from .jobs import Job, environments_of, run_jobs
from .report import write_report
from .results import take

LOCK = '.compare_lock'  # in the work dir; no entry has such a name


def print_commands(comparison: Comparison, work_dir: Path, launcher: Launcher) -> None:
    """Print the commands of all stages of all cells."""
    for cell in cells_of(comparison, work_dir):
        print(f'### {cell.name}\n')
        run_pipeline(cell.plan(dry=True), launcher)


def done_cells(comparison: Comparison, work_dir: Path, results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The cells that are done in a work dir, or in files of other machines.

    Args:
        comparison: what is compared.
        work_dir: of the comparison.
        results: cells from `read_results`.
    """
    found = []
    for cell in cells_of(comparison, work_dir):
        known, differing = _known(cell, cell.plan(), results)
        found += [known] if known else []
        for text in differing:
            print(f'{cell.name} is not taken from {text}.')
    return found


def compare(comparison: Comparison, work_dir: Path, launcher: Launcher, jobs: int,
            results: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Run all cells that are not done; the files of the comparison are written after each.

    Args:
        comparison: what is compared.
        work_dir: of the comparison.
        launcher: of the stages.
        jobs: number of cells that run at a time.
        results: cells of other machines, from `read_results`.

    Returns:
        The cells that are done, as `compare.json` has them, and failed cells with the reason.

    Raises:
        InputError: something is missing or does not fit, or another comparison runs in the work dir; nothing has run
            then.
    """
    cells = cells_of(comparison, work_dir)
    plans = {cell: cell.plan() for cell in cells}
    _check(cells, plans, work_dir)
    # Two would overwrite each other's files.
    with held_lock(work_dir / LOCK, f'Another tools/compare.py uses {work_dir}. Wait for it, give another --work-dir, '
                   'or end its process') as lock:
        with explained_output(work_dir / LOCK):
            lock.truncate(0)
            print(os.getpid(), file=lock, flush=True)
        return _run(comparison, cells, plans, work_dir, launcher, jobs, results)


def _run(comparison: Comparison, cells: Sequence[Cell], plans: dict[Cell, Plan], work_dir: Path, launcher: Launcher,
         jobs: int, results: Sequence[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Run the cells that are not done, see :func:`compare`."""
    found: dict[Cell, dict[str, Any]] = {}
    for cell in cells:
        known, differing = _known(cell, plans[cell], results)
        if known:
            found[cell] = known
            print(f'{cell.name}: {_origin(known)}', flush=True)
        for text in differing:
            print(f'{cell.name} is not taken from {text}. It runs.', flush=True)
    missing = {cell.name: cell for cell in cells if cell not in found}

    def in_order() -> list[dict[str, Any]]:
        return [found[cell] for cell in cells if cell in found]

    def note(job: Job) -> None:
        cell = missing[job.name]
        try:
            plan = cell.plan()
            done = read_done(cell, plan, portable_inputs(plan))
        except InputError:  # its config or its data changed, which is told at the end: the others go on
            return
        if done:
            found[cell] = done
            write_report(comparison, in_order(), work_dir, figures=False)

    to_run = [Job(name, cell.command(launcher), cell.work_dir, tuple(plans[cell].stages))
              for name, cell in missing.items()]
    local = launcher.launcher != 'slurm'
    jobs = min(jobs, max(len(to_run), 1))
    environments = environments_of(jobs, launcher.gpus, _gpus() if local else (), local)
    failures = run_jobs(to_run, environments, (len(found), len(cells)), note)
    lost = {cell.name: '    Its config or its data changed while it ran. Run the same command again.'
            for cell in cells if cell not in found and cell.name not in failures}
    write_report(comparison, in_order(), work_dir)
    return in_order(), {**failures, **lost}


def _check(cells: Sequence[Cell], plans: dict[Cell, Plan], work_dir: Path) -> None:
    """Check data, lists and networks of every entry, and that the work dir can be written."""
    from mmwsss.pipeline.check import check_inputs
    first = {cell.entry.name: cell for cell in reversed(cells)}  # seeds do not differ in what they read
    for cell in reversed(first.values()):
        try:
            check_inputs(plans[cell])
        except InputError as error:
            raise InputError(f'{cell.entry.name} ({cell.entry.config}): {error}') from error
    try:
        work_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f'The work dir {work_dir} cannot be used ({error.strerror}). Give another '
                         '--work-dir.') from error


def _known(cell: Cell, plan: Plan, results: Sequence[dict[str, Any]]) -> tuple[dict[str, Any] | None, list[str]]:
    """A cell that is done here or elsewhere, and what differs elsewhere."""
    inputs = portable_inputs(plan)
    done = read_done(cell, plan, inputs)
    return (done, []) if done else take(cell.entry.name, cell.seed, inputs, results)


def _origin(cell: dict[str, Any]) -> str:
    """Where a cell that does not run comes from, and with which other versions it was made."""
    here = installed_versions()
    there: dict[str, Any] = next((stage['machine'] for stage in cell['stages'] if stage.get('machine')), {})
    others = [f'{package} {there[package]}, here {version}' for package, version in here.items()
              if there.get(package) not in (None, version)]
    source = f"taken from {cell['source']}" if cell['source'] else 'done'
    return source + (f' (with {"; ".join(others)})' if others else '')


def _gpus() -> list[str]:
    """The GPUs that CUDA programs see."""
    import torch
    named = os.environ.get('CUDA_VISIBLE_DEVICES')
    return named.split(',') if named and torch.cuda.is_available() else list(map(str, range(torch.cuda.device_count())))
