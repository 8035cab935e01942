"""Running the command line tools."""
import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from mmengine.logging import MessageHub, MMLogger
from mmengine.visualization import Visualizer

TOOLS = Path(__file__).resolve().parents[2] / 'tools'


class Outcome(NamedTuple):
    """The result of a tool."""
    status: int
    out: str
    err: str


def run_inside(capsys, monkeypatch, tool: str, *args: object) -> Outcome:
    """Run a Python tool in this process, which has imported everything already."""
    monkeypatch.setattr(sys, 'argv', [tool, *map(str, args)])
    monkeypatch.setattr(sys, 'path', [str((TOOLS / tool).parent), *sys.path])
    monkeypatch.setenv('LOCAL_RANK', '0')
    for kind in (MMLogger, MessageHub):
        kind._instance_dict.clear()  # two runs of one config would share a name, and so their log and its folder
    forget_visualizers()
    capsys.readouterr()
    try:
        runpy.run_path(str(TOOLS / tool), run_name='__main__')
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Outcome(status, *capsys.readouterr())


def forget_visualizers() -> None:
    """Make the next run of a config build its own; each class has its own dictionary."""
    for kind in (Visualizer, *_below(Visualizer)):
        kind._instance_dict.clear()


def _below(kind: type) -> list[type]:
    """All subclasses."""
    return [found for child in kind.__subclasses__() for found in (child, *_below(child))]


def run_process(tool: str, *args: object, cwd: Path, **variables: str) -> Outcome:
    """Run a tool, Python or shell, in a separate process."""
    interpreter = sys.executable if tool.endswith('.py') else 'bash'
    # PYTHON is what the scripts start; no rank or address of a surrounding launcher.
    environment = dict(os.environ, PYTHON=sys.executable, OMP_NUM_THREADS='1', **variables)
    done = subprocess.run([interpreter, str(TOOLS / tool), *map(str, args)], cwd=cwd, env=environment,
                          capture_output=True, text=True, timeout=600)
    return Outcome(done.returncode, done.stdout, done.stderr)
