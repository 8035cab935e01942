"""The benchmark of several classifiers, at small sizes."""
import re

import pytest
from message_names import message_names
from reference_network import REPO
from run_tool import run_inside, run_process

MINI = REPO / 'configs/mini'


def test_the_command(tmp_path):
    names = ('cam_r18_mini', 'seam_r18_mini', 'sccam_r18_mini', 'amn_r18_mini', 'onestage_r18_mini',
             'deeplabv2_r18_mini', 'dsrg_r18_mini', 'affinitynet_r18_mini', 'bes_boundary_r18_mini', 'irnet_r18_mini')
    paths = [REPO / 'configs/mini' / f'{name}.py' for name in names]
    done = run_process('analysis_tools/benchmark.py', 'methods', *paths, '--batch', 2, '--turns', 1, '--size', 48, 64,
                       '--device', 'cpu', cwd=tmp_path)
    assert done.status == 0, done.err
    assert 'lr_mult' not in done.out + done.err  # MMEngine's lines about every parameter
    rows = {row[0]: [float(cell) for cell in row[1:]]
            for row in re.findall(r'^(\w+_mini) +([\d.]+) +([\d.]+) +([\d.]+) +([\d.]+)$', done.out, re.MULTILINE)}
    assert list(rows) == list(names) and rows['cam_r18_mini'][1::2] == [1, 1]
    for step, ratio, *_ in rows.values():
        assert ratio == pytest.approx(step / rows['cam_r18_mini'][0], rel=0.1)


def test_two_configs_of_one_name_have_a_row_each(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / 'cam_r18_mini.py').write_text(f"_base_ = {str(MINI / 'hspp_r18_mini.py')!r}\n")
    done = run_inside(capsys, monkeypatch, 'analysis_tools/benchmark.py', 'methods', 'cam_r18_mini.py',
                      'mmwsss::mini/cam_r18_mini.py', MINI / 'vwe_r18_mini.py', MINI / 'vwe_r18_mini.py',
                      '--batch', 1, '--turns', 1, '--size', 32, 32, '--device', 'cpu')
    assert done.status == 0, done.err
    rows = [line.rsplit(maxsplit=4)[0] for line in done.out.splitlines()[2:]]
    assert rows[::2] == ['cam_r18_mini.py', 'vwe_r18_mini'] and len(rows) == 3
    assert rows[1].endswith('configs/mini/cam_r18_mini.py')


@pytest.mark.parametrize(('arguments', 'named'), [
    (['methods', 'nope.py'], ['nope.py']),
    (['methods', MINI / 'pipeline_mini.py'], ['pipeline_mini.py', 'model']),
    (['cam', '--model-config', 'nope.py'], ['nope.py']),
    (['cam', '--config', 'nope.py', '--checkpoint', 'a.pth'], ['nope.py']),
    (['cam', '--config', MINI / 'cam_r18_mini.py'], ['cam_r18_mini.py', '--checkpoint'])])
def test_configs_that_are_none(arguments, named, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = run_inside(capsys, monkeypatch, 'analysis_tools/benchmark.py', *arguments)
    assert done.status == 1 and re.search(message_names(*named), done.err)
