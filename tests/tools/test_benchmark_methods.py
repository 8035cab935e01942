"""The benchmark of several classifiers, at small sizes."""
import re

import pytest
from reference_network import REPO
from run_tool import run_process


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
