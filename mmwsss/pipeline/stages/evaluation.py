"""A test of a network."""
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmwsss.engine.options import flat_options
from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.record import config_mark
from mmwsss.pipeline.refinement import refinement_name, refinement_options, require_refinement
from mmwsss.pipeline.stage import Call, Output, Stage
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError
from mmwsss.utils.provenance import file_mark


@STAGES.register_module()
class Evaluation(Stage):
    """Test a network on its test list with `tools/test.py`.

    Args:
        name: of the stage.
        network: stage that trains the network, or a config.
        checkpoint: file to test; by default the output of `network`.
        refine: `True` to refine the probabilities by DeepLabv2's DenseCRF before they are measured, or the config of
            another local refinement.
        test_list: name of a list beside that of the config's test, e.g. 'val', or path of a list, in its place.
        options: of `--cfg-options`, in addition to those of the network.
        bars: name of what is tested, in the report's chart of classes and in a comparison; `None` for no bars, and a
            usual name in a comparison.
        title: of the stage.
    """
    tool = 'test.py'
    tests = True

    def __init__(self, name: str, network: str, checkpoint: str | None = None, refine: bool | Mapping[str, Any] = False,
                 test_list: str | None = None, options: Mapping[str, Any] | None = None, bars: str | None = None,
                 title: str = 'The network on its test list') -> None:
        self.tested, self.checkpoint, self.refine, self.bars, self.title = network, checkpoint, refine, bars, title
        self.test_list, self.options = test_list, flat_options(options or {})
        super().__init__(name, [] if checkpoint else [network])

    def network(self, plan: Plan) -> Network:
        options = dict(self.options)
        if self.test_list:
            options['test_dataloader.dataset.ann_file'] = plan.network(self.tested).list_file('test', self.test_list)
        return plan.network(self.tested, options)

    def output(self, plan: Plan) -> Output:
        return Output(self.folder(plan) / 'result.json')

    def call(self, plan: Plan) -> Call:
        network = self.network(plan)
        options = plan.fill(network.options)
        others: dict[str, Any] = {}
        if self.refine:
            evaluator = network.evaluator('IoUMetric')
            options[f'{evaluator}.type'] = 'CRFIoUMetric'
            options.update(plan.fill(refinement_options(self._refinement(), f'{evaluator}.refine')))
            others['refine'] = self._refinement()
        loop = {key: value for key, value in network.cfg.test_cfg.items() if key != 'type'}
        if loop:  # e.g. mixed precision
            others['test_cfg'] = config_mark(loop)
        checkpoint = self.checkpoint or plan.output(self.tested)
        arguments = [network.path, checkpoint, '--work-dir', str(self.folder(plan)), '--json',
                     str(self.output(plan).path)]
        mark = plan.mark(self.tested) if not self.checkpoint else '' if plan.dry else file_mark(
            Path(checkpoint).expanduser())
        return Call(arguments, options, plan.inputs(network, ('model', 'test_dataloader', 'test_evaluator'),
                                                    (network, 'test'), checkpoint=mark, **others))

    def check(self, plan: Plan) -> None:
        if self.refine:
            require_refinement(self._refinement() or dict(type='DenseCRF'), self.name)
        if self.checkpoint:
            from mmwsss.engine.checkpoints import read_checkpoint
            try:
                read_checkpoint(self.checkpoint)
            except InputError as error:
                raise InputError(f'The stage {self.name}: {error}') from None
        network = self.network(plan)
        if self.test_list:
            network.require_list('test')
        from mmwsss.pipeline.image_lists import require_masks
        require_masks(network)
        plan.images(network, 'test')

    def work(self, plan: Plan) -> int:
        return len(plan.images(self.network(plan), 'test'))

    def figures(self, plan: Plan) -> dict[str, float]:
        return json.loads(self.output(plan).path.read_text(encoding='utf-8'))

    def compared(self, plan: Plan, figures: Mapping[str, float]) -> tuple[str, str]:
        refined = f', {refinement_name(self.refine)}' if self.refine else ''
        found = any(key.rpartition('/')[2] == 'best_thr' for key in figures)
        return self.bars or f'{"CAM" if found else "Segmentor"}{refined}', self.network(plan).list_name('test')

    def class_scores(self, plan: Plan, classes: Sequence[str]) -> tuple[str, list[float | None]] | None:
        figures = {key.rpartition('/')[2]: value for key, value in self.figures(plan).items()}
        scores = [figures.get(f'IoU.{label}') for label in classes]
        return (self.bars, scores) if self.bars and any(score is not None for score in scores) else None

    def _refinement(self) -> dict[str, Any]:
        """The local refinement in place of the metric's own; an empty dictionary for that."""
        return dict(self.refine) if isinstance(self.refine, Mapping) else {}
