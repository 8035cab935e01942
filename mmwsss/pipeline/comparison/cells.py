"""A cell of a comparison: one entry with one seed, a pipeline in a work dir of its own."""
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmwsss.engine.options import option_texts
from mmwsss.pipeline.config import make_plan, read_plan
from mmwsss.pipeline.launcher import Launcher
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.recipes import train_and_test
from mmwsss.pipeline.run import finished_records
from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError

from .entries import Comparison, Entry


@dataclass(frozen=True, eq=False)
class Cell:
    """An entry with a seed.

    Attributes:
        entry: what runs.
        seed: of its trainings.
        lists: that a network is tested on.
        folder: of the entry, in the work dir of the comparison.
    """
    entry: Entry
    seed: int
    lists: tuple[str, ...]
    folder: Path

    @property
    def name(self) -> str:
        """For messages."""
        return f'{self.entry.name}, seed {self.seed}'

    @property
    def work_dir(self) -> Path:
        """The work dir of its pipeline."""
        return self.folder / f'seed_{self.seed}'

    def plan(self, dry: bool = False) -> Plan:
        """The stages."""
        if self.entry.is_pipeline:
            return read_plan(self.entry.config, str(self.work_dir), dry, self.entry.pipeline_options, self.seed)
        stages = train_and_test(Path(self.entry.config).name, self.lists, self.entry.options, self.entry.test_options)
        return make_plan(stages, self.entry.config, str(self.work_dir), dry, seed=self.seed)

    def command(self, launcher: Launcher) -> list[str]:
        """The command line of its pipeline; the config of a network gets a pipeline's config around it."""
        options = ['--gpus', str(launcher.gpus), '--launcher', launcher.launcher]
        if launcher.partition:
            options += ['--partition', launcher.partition]
        own = self.entry.pipeline_options if self.entry.is_pipeline else {}
        if own:
            options += ['--cfg-options', *(f'{key}={text}' for key, text in option_texts(own).items())]
        config = self.entry.config if self.entry.is_pipeline else str(self._write_config())
        return [sys.executable, str(launcher.tools / 'run_pipeline.py'), config, '--work-dir', str(self.work_dir),
                '--seed', str(self.seed), '--reuse', str(self.folder.parent), *options]

    def _write_config(self) -> Path:
        """Write the config of the pipeline that trains and tests the network."""
        settings = dict(recipe='train_and_test', network=str(Path(self.entry.config).absolute()),
                        lists=list(self.lists), options=dict(self.entry.options),
                        test_options=dict(self.entry.test_options))
        path = self.folder / 'pipeline.py'
        with atomic_path(path) as temporary:
            temporary.write_text(f'# Written by tools/compare.py for {self.entry.name}.\n' +
                                 ''.join(f'{key} = {value!r}\n' for key, value in settings.items()), encoding='utf-8')
        return path


def cells_of(comparison: Comparison, work_dir: Path) -> list[Cell]:
    """All cells; the first seed of every entry comes first."""
    return [Cell(entry, seed, comparison.lists, work_dir / entry.name)
            for seed in comparison.seeds for entry in comparison.entries]


class _Figures(dict):
    """The figures of a stage that has not run: each stands by its name."""

    def __init__(self, stage: str) -> None:
        self.stage = stage
        super().__init__()

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> str:
        return f'{key} of {self.stage}'


def portable_inputs(plan: Plan) -> dict[str, dict[str, str]]:
    """What decides the results of all stages, without their outputs: it is the same on every machine.

    Args:
        plan: its records are replaced.

    Returns:
        Stage -> name of an input -> its fingerprint; outputs and figures of earlier stages stand by their names.
    """
    inputs: dict[str, dict[str, str]] = {}
    plan.records.clear()
    for name, stage in plan.stages.items():
        found: dict[str, Any] = stage.call(plan).inputs if stage.tool else dict(files=stage.output(plan).mark())
        inputs[name] = {key: str(value) for key, value in found.items()}
        plan.records[name] = dict(output=f'<output of {name}>', metrics=_Figures(name))
    return inputs


def read_done(cell: Cell, plan: Plan, inputs: dict[str, dict[str, str]]) -> dict[str, Any] | None:
    """What a cell found, from the records of its stages; `None` if a stage is not done with its present inputs.

    Args:
        cell: of the comparison.
        plan: of the cell.
        inputs: from :func:`portable_inputs`.

    Returns:
        A cell as `compare.json` has it.
    """
    try:
        records = finished_records(plan)
    except InputError:  # a damaged record; its pipeline says so
        return None
    if len(records) < len(plan.stages):
        return None
    stages = []
    for name, stage in plan.stages.items():
        record = records[name]
        metrics = {key: value for key, value in record['metrics'].items() if value is not None}
        compared = stage.compared(plan, metrics) if metrics else None
        stages.append(dict(
            stage=name, trains=stage.trains, measured=compared and compared[0], list=compared and compared[1],
            metrics=metrics, seconds=record['seconds'], peak_megabytes=record['peak_megabytes'],
            disk_megabytes=record['disk_megabytes'], ended=record.get('ended'), machine=record.get('machine'),
            inputs=inputs[name]))
    return dict(entry=cell.entry.name, config=cell.entry.config, seed=cell.seed, source=None, stages=stages)
