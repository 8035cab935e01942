"""make_cams.py writes what the classifier predicts."""
import re
from pathlib import Path

import numpy as np
import torch
from message_names import message_names
from mmengine.config import Config
from mmseg.registry import DATASETS, MODELS
from run_tool import run_inside, run_process
from tiny_refinement import CLASSES, contents, ids

from mmwsss.pseudo_labels import read_cam


def test_cams_are_what_the_model_predicts(there):
    cfg = Config.fromfile('classifier.py')
    cfg.test_dataloader.dataset.pipeline = [dict(type='LoadImage'), dict(type='PackImageLabelInputs')]
    dataset = DATASETS.build(cfg.test_dataloader.dataset)
    model = MODELS.build(cfg.model).eval()
    model.load_state_dict(torch.load('classifier.pth')['state_dict'])
    for name, item in zip(ids(), dataset, strict=True):
        sample = model.test_step(dict(inputs=[item['inputs']], data_samples=[item['data_samples']]))[0]
        content = read_cam(Path('cams') / f'{name}.npz')
        np.testing.assert_allclose(content.cam, sample.cam.data.numpy(), atol=1e-3)
        assert content.keys.tolist() == sample.cam_keys.tolist() and content.size == (48, 64)
        assert content.classes == CLASSES


def test_a_second_run_writes_what_is_missing_only(there, capsys, monkeypatch):
    before = contents(there / 'cams', '.npz')
    (there / 'cams' / '2007_000002.npz').unlink()
    stamp = (there / 'cams' / '2007_000001.npz').stat().st_mtime_ns
    done = run_inside(capsys, monkeypatch, 'make_cams.py', 'classifier.py', 'classifier.pth', '--out', 'cams')
    assert done.status == 0 and re.search(r'\bcams: 6 images, 1\b', done.out)
    assert contents(there / 'cams', '.npz') == before
    assert (there / 'cams' / '2007_000001.npz').stat().st_mtime_ns == stamp


def test_another_checkpoint_does_not_mix_in(there, capsys, monkeypatch):
    torch.manual_seed(9)
    model = MODELS.build(Config.fromfile('classifier.py').model)
    torch.save(dict(state_dict=model.state_dict()), 'other.pth')
    done = run_inside(capsys, monkeypatch, 'make_cams.py', 'classifier.py', 'other.pth', '--out', 'cams')
    assert done.status == 1 and 'Traceback' not in done.err
    assert re.search(message_names('checkpoint', 'classifier.pth'), done.err)


def test_two_processes_write_the_same_files(there):
    done = run_process('dist_run.sh', 2, 'tools/make_cams.py', 'classifier.py', 'classifier.pth', '--out',
                       'cams of two', cwd=there)
    assert done.status == 0, done.err[-2000:]
    assert contents(there / 'cams of two', '.npz') == contents(there / 'cams', '.npz')
