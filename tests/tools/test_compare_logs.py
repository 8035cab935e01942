"""The tool that shows the logs of several trainings side by side."""
import json

import pytest
from run_tool import run_inside

TOOL = 'analysis_tools/compare_logs.py'


@pytest.fixture
def logs(tmp_path, monkeypatch):
    """Two trainings of four iterations; only the second one has words."""
    monkeypatch.chdir(tmp_path)
    for name, extra in (('plain', {}), ('words', dict(words_in_use=9))):
        folder = tmp_path / 'w' / name / 'training/20260101_000000/vis_data'
        folder.mkdir(parents=True)
        lines = [dict(loss=8.0 / step, lr=0.1, step=step, **extra) for step in (1, 2, 3, 4)]
        (folder / 'scalars.json').write_text('\n'.join(map(json.dumps, lines)))
    return tmp_path


def test_table_and_plot(logs, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, TOOL, 'w', '--parts', 2, '--keys', 'loss', 'words_in_use', '--plot',
                      'p/c.svg')
    assert done.status == 0, done.err
    assert done.out.splitlines()[:4] == [
        '| training | loss, 1/2 | loss, 2/2 | words_in_use, 1/2 | words_in_use, 2/2 |',
        '| --- | --- | --- | --- | --- |',
        '| plain/training | 6 | 2.333 |  |  |',
        '| words/training | 6 | 2.333 | 9 | 9 |']
    assert sorted(path.name for path in (logs / 'p').iterdir()) == ['c_loss.svg', 'c_words_in_use.svg']


def test_relative_and_absolute_folders(logs, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, TOOL, 'w/plain', logs / 'w/words', '--keys', 'lr', '--parts', 1)
    assert done.out.splitlines()[2:] == ['| plain/training | 0.1 |', '| words/training | 0.1 |'], done.err


def test_losses_by_default_and_chosen_parts(logs, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, TOOL, 'w/plain', '--show', 4)
    assert done.out.splitlines() == ['| training | loss, 4/4 |', '| --- | --- |', '| w/plain/training | 2 |']


@pytest.mark.parametrize('arguments, names', [
    (['nothere'], ['nothere', 'scalars.json']), (['w', '--keys', 'loss_cls'], ['loss_cls', 'words_in_use']),
    (['w', '--show', '5'], ['5', '--parts 4']), (['w', '--parts', '0'], ['--parts', '0']),
    (['w', '--plot', 'c.pdf'], ['c.pdf', '.svg'])])
def test_bad_arguments(logs, capsys, monkeypatch, arguments, names):
    done = run_inside(capsys, monkeypatch, TOOL, *arguments)
    assert done.status != 0
    for name in names:
        assert name in done.err, done.err
