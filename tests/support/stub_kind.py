"""A kind of stage whose figures are known: a pipeline of it takes no network and no time.

In a config: `custom_imports = dict(imports=['stub_kind'])`, with this folder in `PYTHONPATH`.
"""
import json
from collections.abc import Mapping
from pathlib import Path

from mmwsss.pipeline import Call, Output, Plan, Stage
from mmwsss.registry import STAGES


@STAGES.register_module()
class StubMeasure(Stage):
    """Writes `{key: value + seed}`; first it does what the file `orders` says.

    Args:
        name: of the stage.
        value: of the figure.
        key: name of the figure.
        list: on which it was measured; `None` where there is nothing to compare.
        orders: a Python program.
        after: stage whose output it reads.
    """
    tool = str(Path(__file__).with_name('stub_tool.py'))
    title = 'A stub that measures'
    trains = True

    def __init__(self, name: str, value: float = 0, key: str = 'mIoU', list: str | None = 'val', orders: str = '',
                 after: str | None = None) -> None:
        self.value, self.key, self.list, self.orders, self.after, self.seed = value, key, list, orders, after, 0
        super().__init__(name, [after])

    def set_seed(self, seed: int) -> None:
        self.seed = seed

    def output(self, plan: Plan) -> Output:
        return Output(self.folder(plan) / 'out.json')

    def call(self, plan: Plan) -> Call:
        earlier = dict(after=plan.mark(self.after)) if self.after else {}
        return Call([str(self.output(plan).path), json.dumps({self.key: self.value + self.seed}), self.orders],
                    inputs=dict(value=self.value, key=self.key, seed=self.seed, **earlier))

    def figures(self, plan: Plan) -> dict[str, float]:
        return json.loads(self.output(plan).path.read_text())

    def compared(self, plan: Plan, figures: Mapping[str, float]) -> tuple[str, str] | None:
        return ('CAM', self.list) if self.list else None
