"""Label maps against masks."""
import json
from collections.abc import Mapping, Sequence

from mmwsss.pipeline.network import Network
from mmwsss.pipeline.plan import Plan
from mmwsss.pipeline.stage import Call, Output, Stage
from mmwsss.registry import STAGES


@STAGES.register_module()
class LabelQuality(Stage):
    """Measure label maps with `tools/evaluate_labels.py`.

    Args:
        name: of the stage.
        labels: stage with the label maps.
        config: network (a stage or a config) whose test data set has the masks.
        bars: name of the labels in the report's chart of classes and in a comparison; `None` to leave them out.
    """
    tool = 'evaluate_labels.py'
    title = 'Labels against masks'
    parallel = False

    def __init__(self, name: str, labels: str, config: str, bars: str | None = None) -> None:
        self.labels, self.config, self.bars = labels, config, bars
        super().__init__(name, [labels])

    def network(self, plan: Plan) -> Network:
        return plan.network(self.config)

    def output(self, plan: Plan) -> Output:
        return Output(self.folder(plan) / 'quality.json')

    def call(self, plan: Plan) -> Call:
        network = self.network(plan)
        inputs = plan.inputs(network, ('test_dataloader.dataset', ), (network, 'test'), labels=plan.mark(self.labels))
        arguments = [network.path, '--labels', plan.output(self.labels), '--json', str(self.output(plan).path)]
        return Call(arguments, plan.fill(network.options), inputs)

    def check(self, plan: Plan) -> None:
        from mmwsss.pipeline.image_lists import require_mask_files
        require_mask_files(self.network(plan), self.name)
        plan.require_images(self, self.network(plan), 'test', self.labels)

    def figures(self, plan: Plan) -> dict[str, float]:
        found = json.loads(self.output(plan).path.read_text(encoding='utf-8'))
        return {name: value for name, value in found.items() if value is not None}  # e.g. of an absent class

    def compared(self, plan: Plan, figures: Mapping[str, float]) -> tuple[str, str] | None:
        return (self.bars, self.network(plan).list_name('test')) if self.bars else None

    def class_scores(self, plan: Plan, classes: Sequence[str]) -> tuple[str, list[float | None]] | None:
        figures = self.figures(plan)
        return (self.bars, [figures.get(f'IoU.{label}') for label in classes]) if self.bars else None
