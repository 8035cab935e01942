"""A pipeline of two stages that take a moment: what runs, in which order and how often, without networks."""
from collections.abc import Callable
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmwsss.pipeline import Stage

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


class StubPlan:
    """A plan of the stages `first` and `second`; `orders` tells a stage what to do."""
    dry = False

    def __init__(self, folder: Path, suffix: str = '.txt') -> None:
        self.work_dir, self.tools, self.suffix = folder / 'w', folder / 'tools', suffix
        self.tools.mkdir(exist_ok=True)
        (self.tools / 'tool.py').write_text(TOOL)
        self.paths = dict(classifier='a/classifier.py', irnet='a/irnet.py')
        dataset = dict(metainfo=dict(classes=['background', 'cat']))
        self.configs = dict(classifier=Config(dict(train_dataloader=dict(dataset=dataset))))
        self.inputs: dict[str, Any] = dict(config='1', data='2')

    def stages(self) -> list[Callable[[], Stage]]:
        return [self.first, self.second]

    def first(self) -> Stage:
        """The first."""
        return self._stage('first')

    def second(self) -> Stage:
        """The second."""
        return self._stage('second')

    def orders(self, name: str, text: str) -> None:
        """What a stage does from now on."""
        (self.tools / name).write_text(text)

    def output(self, name: str) -> Path:
        return self.work_dir / name / f'out{self.suffix}'

    def _stage(self, name: str) -> Stage:
        path = self.output(name)
        return Stage(name, 'tool.py', [str(path), name], path.parent, (path, ''), dict(self.inputs), dict,
                     resume=('--resume', ))
