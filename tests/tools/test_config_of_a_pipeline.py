"""Tools for networks, given the config of a pipeline."""
import pytest
import torch
from run_tool import TOOLS, run_inside

PIPELINE = TOOLS.parent / 'configs' / 'mini' / 'pipeline_mini.py'


@pytest.mark.parametrize('tool, args', [
    ('train.py', []), ('test.py', ['x.pth']), ('infer.py', ['x.pth', 'x.jpg']), ('make_cams.py', ['x.pth']),
    ('make_pseudo_labels.py', ['x.pth']), ('make_masks.py', ['x.pth', '--out', 'x']), ('make_prototypes.py', ['x.pth']),
    ('make_subcategories.py', ['x.pth']), ('make_ir_labels.py', []), ('make_ir_labels.py', ['--cams', 'x']),
    ('make_affinity_scores.py', []), ('make_cues.py', []), ('make_stroke_labels.py', ['points', 'x.json']),
    ('evaluate_cams.py', ['--cams', 'x']), ('evaluate_labels.py', ['--labels', 'x']),
    ('analysis_tools/inspect_words.py', ['x.pth']), ('analysis_tools/visualize_words.py', ['x.pth'])])
def test_it_is_told_apart_from_that_of_a_network(tool, args, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    torch.save(dict(state_dict=dict(a=torch.zeros(1))), 'x.pth')
    (tmp_path / 'x').mkdir()
    done = run_inside(capsys, monkeypatch, tool, PIPELINE, *args)
    assert done.status == 1 and done.err.startswith('error: ') and done.err.count('\n') == 1, done.err
    assert str(PIPELINE) in done.err and 'run_pipeline.py' in done.err
