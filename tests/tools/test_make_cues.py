"""tools/make_cues.py and the stage that calls it, on tiny data."""
import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from message_names import message_names
from reference_network import REPO
from run_tool import TOOLS, run_process
from tiny_voc import write_tiny_voc

from mmwsss.pipeline import Launcher, read_plan, run_pipeline
from mmwsss.pipeline.check import check_inputs
from mmwsss.pseudo_labels import read_cam, write_cam
from mmwsss.pseudo_labels.cue_file import read_cues
from mmwsss.pseudo_labels.cues import cam_to_cues
from mmwsss.utils.errors import InputError

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """Six images, CAM files with one class too many, and the configs of a classifier, a segmentor and a pipeline."""
    folder = tmp_path_factory.mktemp('cues with space')
    write_tiny_voc(folder / 'data', CLASSES, images=6)
    rng = np.random.default_rng(0)
    for name, present in json.loads((folder / 'data' / 'image_labels.json').read_text()).items():
        keys = [CLASSES.index(label) for label in present]
        keys.append(next(key for key in range(6) if key not in keys))
        write_cam(folder / 'cams' / f'{name}.npz', rng.random((3, 12, 16)), keys, (48, 64), CLASSES)
    for name, base in (('classifier', 'cam_r18_mini.py'), ('segmentor', 'sec_r18_mini.py')):
        (folder / f'{name}.py').write_text(f"""\
_base_ = {str(REPO / 'configs/mini' / base)!r}
train_dataloader = dict(batch_size=4, dataset=dict(data_root='data'))
val_dataloader = dict(dataset=dict(data_root='data'))
test_dataloader = dict(dataset=dict(data_root='data'))
""")
    (folder / 'pipeline.py').write_text("""\
recipe = 'cues'
classifier = 'classifier.py'
segmentor = 'segmentor.py'
cue_settings = dict(fg_thr=0.4)
crf = True
network_options = dict(segmentor={'model.backbone.init_cfg.checkpoint': '{classifier}'})
""")
    return folder


def test_cues_of_the_labelled_classes(folder):
    done = run_process('make_cues.py', 'segmentor.py', '--cams', 'cams', '--out', 'cues', '--cfg-options',
                       'cues.fg_thr=0.4', cwd=folder)
    assert done.status == 0, done.err
    for name, present in json.loads((folder / 'data' / 'image_labels.json').read_text()).items():
        found, content = read_cues(folder / 'cues' / f'{name}.npz'), read_cam(folder / 'cams' / f'{name}.npz')
        assert {found.classes[key] for key in found.keys} == {'background', *present}
        wanted = cam_to_cues(content.cam[:2], (21, 21), 0.4)
        np.testing.assert_array_equal(found.dense()[[0, *(content.keys[:2] + 1)]], wanted)


def test_the_pipeline(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    plan = read_plan('pipeline.py', 'w', dry=True)
    check_inputs(plan)
    run_pipeline(plan, Launcher(TOOLS))
    blocks = capsys.readouterr().out.strip().split('\n\n')
    found = {block.split(':')[0].removeprefix('# '): shlex.split(block.partition('\n')[2]) for block in blocks}
    assert list(found) == ['classifier', 'cams', 'cam_quality', 'cues', 'segmentor', 'evaluation', 'crf', 'report']
    assert 'w/cams' in found['cues'] and 'cues.fg_thr=0.4' in found['cues']
    assert 'train_dataloader.dataset.seg_map_dir=w/cues' in found['segmentor']


@pytest.mark.parametrize('line, named', [('cue_settings = dict(fg_thr=2)', 'fg_thr'),
                                         ('cue_settings = dict(thr=0.2)', 'thr')])
def test_bad_settings_stop_before_anything_runs(folder, line, named, monkeypatch):
    monkeypatch.chdir(folder)
    Path('bad.py').write_text(f"_base_ = 'pipeline.py'\n{line}\n")
    with pytest.raises(InputError, match=message_names(named)):
        check_inputs(read_plan('bad.py', 'w', dry=True))
