"""A pipeline of two stages that take a moment: what runs, in which order and how often, without networks."""
from pathlib import Path
from typing import Any

from mmwsss.pipeline import Call, Output, Plan, Stage

# Adds an x to its output for each time that it ran, and does what the file of its name beside it says, then ends.
TOOL = """\
import os, pathlib, sys
out, orders = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[0]).with_name(sys.argv[2])
out.parent.mkdir(exist_ok=True)
with open(out, 'a') as file:
    file.write('x')
print(sys.argv[3:], 'at work', flush=True)
exec(orders.read_text() if orders.exists() else '')
"""


class StubStage(Stage):
    """A stage that writes a file; its inputs are those of the plan."""
    tool = 'tool.py'
    title = 'A stub'
    resume = ('--resume', )

    def output(self, plan: 'StubPlan') -> Output:
        return Output(self.folder(plan) / f'out{plan.suffix}')

    def call(self, plan: 'StubPlan') -> Call:
        return Call([str(self.output(plan).path), self.name], inputs=dict(plan.stub_inputs, stage=self.name))


class StubPlan(Plan):
    """A plan of the stages `first` and `second`; `orders` tells a stage what to do."""

    def __init__(self, folder: Path, suffix: str = '.txt') -> None:
        stages = [StubStage('first'), StubStage('second')]
        for stage in stages:
            stage.makes_checkpoint = suffix == '.pth'
        super().__init__('stub.py', stages, folder / 'w')
        self.tools, self.suffix = folder / 'tools', suffix
        self.tools.mkdir(exist_ok=True)
        (self.tools / 'tool.py').write_text(TOOL)
        self.stub_inputs: dict[str, Any] = dict(config='1', data='2')

    def orders(self, name: str, text: str) -> None:
        """What a stage does from now on."""
        (self.tools / name).write_text(text)
