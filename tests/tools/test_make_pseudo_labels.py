"""make_pseudo_labels.py: from a trained IRNet to the labels that a segmentor learns from."""
import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from PIL import Image
from run_tool import run_inside, run_process
from tiny_refinement import CLASSES, contents, ids
from tiny_voc import CLASSES as VOC

from mmwsss.datasets.transforms.load_image import read_image
from mmwsss.pseudo_labels import dense_crf_labels, read_cam, refine_labels


def mean_labels(labels, num_labels, radius=2):
    def refine(image, scores):
        return F.avg_pool2d(scores[None], 2 * radius + 1, 1, radius, count_include_pad=False)[0]
    return refine_labels(refine, torch.zeros(3, 48, 64), torch.from_numpy(labels), num_labels).numpy()


def test_pseudo_labels_by_another_local_refinement(mean_config, capsys, monkeypatch):
    for options in ([], ['--refine', 'MeanRefinement', 'radius=2']):
        done = run_inside(capsys, monkeypatch, 'make_pseudo_labels.py', mean_config, 'irnet.pth', '--bg-thr', '0.4',
                          '--out', f'means{len(options) // 3}', *options)
        assert done.status == 0, done.err[-2000:]
    for name in ids():
        plain, refined = (np.asarray(Image.open(f'means{index}/{name}.png')) for index in (0, 1))
        present = np.array([0, *(VOC.index(CLASSES[key]) for key in read_cam(f'cams/{name}.npz').keys)])
        positions = np.select([plain == value for value in present], range(len(present)))
        np.testing.assert_array_equal(refined, present[mean_labels(positions, len(present))])


@pytest.mark.parametrize('options', [[], ['--cams', 'cams'], ['--bg-thr', '0.3']])
def test_a_classifier_is_no_refiner(options, there, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'make_pseudo_labels.py', 'classifier.py', 'classifier.pth', '--out', 'no',
                      *options)
    assert done.status == 1 and done.err.startswith('error: ') and 'classifier.py' in done.err
    assert not Path('no').exists()


def test_training_and_pseudo_labels(ir_label_folder, there, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'train.py', 'irnet.py', '--work-dir', 'trained')
    assert done.status == 0, done.err[-2000:]
    arguments = ('make_pseudo_labels.py', 'irnet.py', 'trained/epoch_1.pth', '--out', 'pseudo', '--bg-thr', '0.4')
    done = run_inside(capsys, monkeypatch, *arguments)
    assert done.status == 0 and re.search(r'\bpseudo: 6 images, 6\b', done.out), done.err[-2000:]
    before = contents(there / 'pseudo', '.png')
    assert sorted(before) == [f'{name}.png' for name in ids()]
    (there / 'pseudo' / '2007_000005.png').unlink()
    done = run_inside(capsys, monkeypatch, *arguments)
    assert re.search(r'\bpseudo: 6 images, 1\b', done.out) and contents(there / 'pseudo', '.png') == before
    # a test with the same threshold measures the written files
    done = run_inside(capsys, monkeypatch, 'test.py', 'irnet.py', 'trained/epoch_1.pth', '--work-dir', 'walked',
                      '--out', 'from_test', '--cfg-options', 'model.test_cfg.bg_thr=0.4')
    assert done.status == 0, done.err[-2000:]
    assert contents(there / 'from_test', '.png') == before
    curve = json.loads(next(Path('walked').rglob('walk_curve.json')).read_text())
    done = run_inside(capsys, monkeypatch, 'evaluate_labels.py', 'irnet.py', '--labels', 'pseudo', '--json', 'p.json')
    assert json.loads(Path('p.json').read_text())['mIoU'] == pytest.approx(curve['mIoU'][40], abs=1e-3)
    done = run_process('dist_run.sh', 2, 'make_pseudo_labels.py', *arguments[1:3], '--out', 'pseudo2', *arguments[5:],
                       cwd=there)
    assert done.status == 0, done.err[-2000:]
    assert contents(there / 'pseudo2', '.png') == before


def test_pseudo_labels_refined_by_a_crf(there, capsys, monkeypatch):
    for options in ([], ['--crf', 'steps=3']):
        done = run_inside(capsys, monkeypatch, 'make_pseudo_labels.py', 'irnet.py', 'irnet.pth', '--bg-thr', '0.4',
                          '--out', f'labels{len(options) // 2}', *options)
        assert done.status == 0, done.err[-2000:]
    on_disk = np.array([0, *(VOC.index(name) for name in CLASSES)])
    changed = 0
    for name in ids():
        plain, refined = (np.asarray(Image.open(f'labels{index}/{name}.png')) for index in (0, 1))
        present = on_disk[[0, *(read_cam(f'cams/{name}.npz').keys + 1)]]
        image = np.ascontiguousarray(read_image(f'data/JPEGImages/{name}.jpg')[..., ::-1])
        positions = np.select([plain == value for value in present], range(len(present)))
        np.testing.assert_array_equal(refined, present[dense_crf_labels(image, positions, len(present), steps=3)])
        changed += int((plain != refined).sum())
    assert changed > 0


def test_missing_ir_labels_are_named_before_training(ir_label_folder, there, capsys, monkeypatch):
    (there / 'some').mkdir()
    for name in ids()[1:]:
        (there / 'some' / f'{name}.png').write_bytes((ir_label_folder / f'{name}.png').read_bytes())
    done = run_inside(capsys, monkeypatch, 'train.py', 'irnet.py', '--work-dir', 'w', '--cfg-options',
                      'train_dataloader.dataset.seg_map_dir=some')
    assert done.status == 1 and re.search(message_names(1, 6, '2007_000000'), done.err)
