"""Commands of stages, and numbers of processes that are none."""
import os
import sys
from pathlib import Path

import pytest
from reference_network import REPO
from run_tool import run_inside

from mmwsss.pipeline import Launcher
from mmwsss.utils.errors import InputError


@pytest.mark.parametrize('gpus', [0, -1])
def test_no_process(gpus):
    for launcher in ('none', 'pytorch', 'slurm'):
        with pytest.raises(InputError, match=f'--gpus.* {gpus}'):
            Launcher(Path(), launcher, gpus, 'partition')


def test_printed_commands_can_be_copied(capsys, monkeypatch):
    monkeypatch.chdir(REPO)
    monkeypatch.setenv('PATH', str(Path(sys.executable).parent), prepend=os.pathsep)
    arguments = ['configs/pipeline_voc.py', '--gpus', '4', '--dry-run']
    lines = run_inside(capsys, monkeypatch, 'run_pipeline.py', *arguments).out.split('\n')
    assert lines[0].startswith('# classifier: ')
    assert lines[1] == ('bash tools/dist_run.sh 4 train.py configs/vwe_hspp_r50_voc.py --work-dir '
                        'work_dirs/pipeline_voc/classifier --cfg-options train_dataloader.batch_size=4')
    place = next(index for index, line in enumerate(lines) if line.startswith('# segmentor: '))
    assert ' 2 processes' in lines[place] and lines[place + 1] == (
        'bash tools/dist_run.sh 2 train.py configs/deeplabv2_r101_voc.py --work-dir work_dirs/pipeline_voc/segmentor '
        '--cfg-options train_dataloader.dataset.seg_map_dir=work_dirs/pipeline_voc/pseudo_labels '
        'train_dataloader.batch_size=5')
    monkeypatch.setenv('PATH', '/nowhere')
    lines = run_inside(capsys, monkeypatch, 'run_pipeline.py', *arguments).out.split('\n')
    assert lines[1] == f'export PYTHON={sys.executable}' and lines[2].startswith('bash tools/dist_run.sh 4 train.py')
    assert sum('export' in line for line in lines) == 1
