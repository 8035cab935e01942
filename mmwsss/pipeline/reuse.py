"""Stages that another pipeline has done with the same inputs."""
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmwsss.utils.errors import InputError

from .plan import Plan
from .record import read_record
from .stage import Stage


def reuse_stage(plan: Plan, stage: Stage, inputs: Mapping[str, str], places: Sequence[Path]) -> dict[str, Any] | None:
    """Link the output of a stage that is done elsewhere with the same tool and the same inputs.

    Args:
        plan: of the pipeline.
        stage: that has not run yet.
        inputs: its fingerprints, as its record will have them.
        places: work dirs, or folders with work dirs up to two levels below.

    Returns:
        The record of that stage, or `None` if there is none.
    """
    for path in _records(places):
        if path.parent.parent.absolute() == plan.work_dir.absolute():
            continue
        try:
            record = read_record(path)
        except InputError:  # its own pipeline says so
            continue
        if not record or record['state'] != 'done' or (record.get('tool'), record['inputs']) != (stage.tool, inputs):
            continue
        source, folder = path.parent.parent / path.stem, stage.folder(plan)
        part = folder.with_name(f'.{folder.name}_linked')  # a killed run may have left one
        shutil.rmtree(part, ignore_errors=True)
        try:
            shutil.copytree(source, part, copy_function=_link)
            output = stage.output(plan)
            if replace(output, path=part / output.path.relative_to(folder)).mark() == record['output']:
                part.rename(folder)
                print(f'{stage.name}: taken from {source}', flush=True)
                return {key: value for key, value in record.items() if key != 'redo'}
        except (OSError, ValueError):  # moved, changed, incomplete, or an output elsewhere: the stage runs
            pass
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return None


def _records(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        for levels in ('', '*/', '*/*/'):
            yield from sorted(place.glob(f'{levels}records/*.json'))


def _link(source: str, target: str) -> None:
    """Link a file, or copy it where the file system cannot."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
