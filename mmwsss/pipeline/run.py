"""Running a plan: finished stages are skipped, interrupted ones resume, those with new inputs run again."""
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from mmwsss.utils.errors import InputError

from .launcher import Launcher, print_commands
from .plan import Plan
from .process import Processes, endings_as_interruption
from .record import write_record
from .stage_run import finished_record, run_stage
from .status import note_work
from .table import write_tables
from .work_dir import held_work_dir, record_path


def run_pipeline(plan: Plan, launcher: Launcher, first: str | None = None, last: str | None = None,
                 redo: Sequence[str] = (), reuse: Sequence[Path] = ()) -> list[dict[str, Any]]:
    """Run the stages of a plan.

    Args:
        plan: from :func:`read_plan`.
        launcher: of the tools that run in several processes.
        first: name of the stage to start with; all stages before it must be done.
        last: name of the stage to end with.
        redo: names of stages that run again although they are done. A run with the same names that was interrupted
            is resumed.
        reuse: work dirs of other pipelines, or folders with some: a stage that is done there with the same inputs is
            linked instead of run, and one that is being done there is waited for.

    Returns:
        The records of the stages, in order.

    Raises:
        InputError: an input of a stage is missing, a stage is unknown or fails, the work dir cannot be written, is in
            use or belongs to another pipeline, or an output was changed.
    """
    names = list(plan.stages)
    begin, end = _span(names, first, last, redo)
    redo = [name for name in names if name in redo]
    if plan.dry:
        print_commands(plan, launcher, list(plan.stages.values())[begin:end + 1])
        return []
    from mmengine.device import get_device

    from .check import check_inputs
    with (held_work_dir(plan) as lock, endings_as_interruption(),
          closing(Processes(launcher.warm and get_device() == 'cpu')) as processes):
        check_inputs(plan)
        note_work(plan)
        plan.records.clear()
        for index, stage in enumerate(list(plan.stages.values())[:end + 1]):
            asked = redo if stage.name in redo else []
            plan.records[stage.name] = run_stage(plan, stage, launcher, processes, lock, asked, index < begin, reuse)
            write_tables([dict(record, stage=name) for name, record in plan.records.items()], plan.work_dir)
        _forget_redo(plan, names[:end + 1])
    return [dict(record, stage=name) for name, record in plan.records.items()]


def _span(names: list[str], first: str | None, last: str | None, redo: Sequence[str]) -> tuple[int, int]:
    """The places of the first and the last stage that run; all of `redo` must lie between them."""
    for name in (first, last, *redo):
        if name is not None and name not in names:
            raise InputError(f'There is no stage {name}. The stages are {", ".join(names)}.')
    begin, end = names.index(first or names[0]), names.index(last or names[-1])
    if begin > end:
        raise InputError(f'--from {first} comes after --to {last}; swap them.')
    outside = [name for name in redo if not begin <= names.index(name) <= end]
    if outside:
        raise InputError(f'--redo {" ".join(outside)} would not run, because --from and --to leave only {names[begin]} '
                         f'to {names[end]}. Change them, or the --redo.')
    return begin, end


def finished_records(plan: Plan) -> dict[str, dict[str, Any]]:
    """The records of the stages that :func:`run_pipeline` would skip, up to the first that it would run.

    Outputs are not read; the run itself checks that they were not modified.
    """
    plan.records.clear()
    for stage in plan.stages.values():
        record = finished_record(plan, stage)
        if record is None:
            break
        plan.records[stage.name] = record
    return dict(plan.records)


def _forget_redo(plan: Plan, names: list[str]) -> None:
    """Note that everything --redo asked for is done; the next --redo runs it once more."""
    for name in names:
        if plan.records[name].pop('redo', None):
            write_record(record_path(plan, name), plan.records[name])
