"""Imports between the subpackages run in one direction only."""
import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = 'mmwsss'
# A module may import from its own subpackage and from the rows above; those of the first row also from each other.
LAYERS = (
    ('utils', 'registry', 'version', 'upstream', 'package_files', '__main__'),
    ('pseudo_labels', 'visualization'),
    ('datasets', ),
    ('models', 'evaluation'),
    ('engine', ),
    ('apis', 'convert'),
    ('pipeline', ),
)
HEIGHTS = {name: height for height, names in enumerate(LAYERS) for name in names}


TENSORS_ONLY = 'pseudo_labels'  # pure functions, without MMEngine


def modules_of(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    """Absolute names that a statement in a module of `package` imports."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    parents = package.split('.')[:-(node.level - 1) or None] if node.level else []
    start = '.'.join([*parents, node.module] if node.module else parents)
    yield from (f'{start}.{alias.name}' for alias in node.names)


def violations(root: Path) -> list[str]:
    """Imports of the package in the folder `root` against the direction, also inside functions."""
    found = []
    for path in sorted(root.rglob('*.py')):
        place = path.relative_to(root).with_suffix('')
        own = place.parts[0]
        if own == '__init__':  # the package itself shows its subpackages
            continue
        if own not in HEIGHTS:
            found.append(f'{place}: the layer of {own} is unknown')
            continue
        package = '.'.join((PACKAGE, *place.parts[:-1]))
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if not isinstance(node, ast.Import | ast.ImportFrom):
                continue
            for name in modules_of(node, package):
                first, *others = name.split('.')
                other = others[0] if first == PACKAGE and others else own
                above = other != own and HEIGHTS.get(other, 0) >= max(HEIGHTS[own], 1)
                if above or first == 'tools' or (own == TENSORS_ONLY and first == 'mmengine'):
                    found.append(f'{place}:{node.lineno} imports {name}')
    return found


def test_imports_run_down(repo):
    assert violations(repo / PACKAGE) == []


@pytest.mark.parametrize('place, line, named', [
    ('models/heads/head.py', 'from mmwsss.engine import runner', 'models/heads/head:2 imports mmwsss.engine.runner'),
    ('models/heads/head.py', 'import mmwsss.pipeline.run', 'models/heads/head:2 imports mmwsss.pipeline.run'),
    ('models/heads/head.py', 'from ...engine import runner', 'models/heads/head:2 imports mmwsss.engine.runner'),
    ('models/heads/head.py', 'from ... import engine', 'models/heads/head:2 imports mmwsss.engine'),
    ('models/__init__.py', 'from ..evaluation import x', 'models/__init__:2 imports mmwsss.evaluation.x'),
    ('utils/a.py', 'from mmwsss import datasets', 'utils/a:2 imports mmwsss.datasets'),
    ('pipeline/a.py', 'import tools.train', 'pipeline/a:2 imports tools.train'),
    ('pseudo_labels/a.py', 'from mmengine.dist import barrier', 'pseudo_labels/a:2 imports mmengine.dist.barrier'),
    ('lost/a.py', 'import os', 'lost/a: the layer of lost is unknown'),
])
def test_what_runs_up_is_named(place, line, named, tmp_path):
    path = tmp_path / place
    path.parent.mkdir(parents=True)
    path.write_text(f'def inside():\n    {line}\n')
    assert violations(tmp_path) == [named]


@pytest.mark.parametrize('line', [
    'from mmwsss.utils.errors import InputError', 'from .other import x', 'from ..necks import HSPP', 'import engine',
    'from mmwsss import version', 'from mmseg.engine import hooks', 'from mmwsss.datasets import LoadCAM',
])
def test_what_runs_down_or_stays_is_allowed(line, tmp_path):
    (tmp_path / 'models' / 'heads').mkdir(parents=True)
    (tmp_path / 'models' / 'heads' / 'head.py').write_text(line)
    assert violations(tmp_path) == []
