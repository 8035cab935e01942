import sys
from types import SimpleNamespace

import pytest
from mmseg.registry import HOOKS

from mmwsss.engine.hooks import ProgressHook


@pytest.mark.parametrize('terminal, rank', [(True, 0), (True, 1), (False, 0)])
def test_a_bar_on_the_first_ranks_terminal(terminal, rank, monkeypatch, capfd):
    monkeypatch.setattr(sys.stderr, 'isatty', lambda: terminal)
    hook = HOOKS.build(dict(type='TestProgressHook'))  # the name in older configs
    assert type(hook) is ProgressHook
    runner = SimpleNamespace(rank=rank, test_dataloader=range(3))
    hook.before_test(runner)
    for index in range(3):
        hook.after_test_iter(runner, index)
    hook.after_test(runner)
    assert ('3/3' in capfd.readouterr().err) == (terminal and rank == 0)
