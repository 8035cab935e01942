"""tools/make_affinity_scores.py on tiny data: files, resuming, refusals."""
import json
import re
from pathlib import Path

import numpy as np
import pytest
from message_names import message_names
from PIL import Image
from reference_network import REPO
from run_tool import run_inside, run_process
from tiny_voc import write_tiny_voc

from mmwsss.engine.affinity_scores import Job, score_image
from mmwsss.models import DenseCRF
from mmwsss.pseudo_labels import read_cam, write_cam
from mmwsss.pseudo_labels.affinity_scores import SEED_CRF, affinity_scores
from mmwsss.pseudo_labels.score_file import read_scores
from mmwsss.utils.errors import InputError

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
NAMES = [f'2007_{index:06d}' for index in range(6)]
TOOL = 'make_affinity_scores.py'


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """Six images, CAM files (one without classes), and a config."""
    folder = tmp_path_factory.mktemp('scores with space')
    write_tiny_voc(folder / 'data', CLASSES, images=6)
    rng = np.random.default_rng(0)
    for index, name in enumerate(NAMES):
        keys = [] if index == 5 else [2 * index % 6, (2 * index + 1) % 6]
        cam = np.kron(rng.random((len(keys), 3, 4)), np.ones((4, 4)))
        write_cam(folder / 'cams' / f'{name}.npz', cam, np.array(keys, dtype=np.int64), (48, 64), CLASSES)
    (folder / 'aff.py').write_text(f"""\
_base_ = {str(REPO / 'configs/mini/affinitynet_r18_mini.py')!r}
train_dataloader = dict(dataset=dict(data_root='data', indices=None, seg_map_dir='scores'))
test_dataloader = dict(dataset=dict(data_root='data', cam_dir='cams'))
""")
    return folder


@pytest.fixture
def there(folder, monkeypatch):
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def scores(there) -> Path:
    if not (there / 'scores').is_dir():
        done = run_process(TOOL, 'aff.py', '--workers', '2', cwd=there)
        assert done.status == 0, done.err
        assert re.search(r'\bscores: 6 images; 6 images\b.* kB', done.out)
    return there / 'scores'


def test_files_are_the_scores_of_the_cams(scores):
    for index, name in enumerate(NAMES):
        with np.load(f'cams/{name}.npz') as file:
            cam, keys = file['cam'], file['keys']
        image = np.asarray(Image.open(f'data/JPEGImages/{name}.jpg'))
        found = read_scores(scores / f'{name}.npz')
        assert found.keys.tolist() == keys.tolist() and found.classes == CLASSES
        expected = affinity_scores(image, cam)
        assert found.scores.shape == (2, 1 if index == 5 else 3, 48, 64)
        np.testing.assert_allclose(found.scores / 255, expected, atol=0.51 / 255)


def test_resumes_and_does_not_depend_on_the_workers(scores, capsys, monkeypatch):
    before = {name: read_scores(scores / f'{name}.npz').scores for name in NAMES}
    for name in NAMES[:2]:
        (scores / f'{name}.npz').unlink()
    stamp = (scores / f'{NAMES[3]}.npz').stat().st_mtime_ns
    done = run_inside(capsys, monkeypatch, TOOL, 'aff.py', '--workers', '1')
    assert done.status == 0 and re.search(r'\bscores: 6 images; 2 images\b', done.out)
    assert (scores / f'{NAMES[3]}.npz').stat().st_mtime_ns == stamp
    assert all((read_scores(scores / f'{name}.npz').scores == before[name]).all() for name in NAMES)
    done = run_inside(capsys, monkeypatch, TOOL, 'aff.py')
    assert done.status == 0 and 'exist already' in done.out


@pytest.mark.parametrize(('options', 'named'), [
    (['--high-alpha', '24'], ['high_alpha', 32, '24.0']), (['--low-alpha', '3'], ['low_alpha', '3.0']),
    (['--cfg-options', 'affinity_score_refinement.steps=5'], ['refinement.steps', 5]),
    (['--cams', 'other'], ['cams', 'other'])])
def test_other_settings_do_not_mix_in(scores, there, capsys, monkeypatch, options, named):
    (there / 'other').mkdir(exist_ok=True)
    for name in NAMES:
        (there / 'other' / f'{name}.npz').write_bytes((there / 'cams' / f'{name}.npz').read_bytes())
    done = run_inside(capsys, monkeypatch, TOOL, 'aff.py', *options)
    assert done.status == 1 and 'Traceback' not in done.err
    assert re.search(message_names(*named, '--overwrite'), done.err)


def test_the_record_names_the_settings(scores):
    record = json.loads((scores / 'made_from.json').read_text())
    assert record['refinement'] == dict(type='DenseCRF', **SEED_CRF)
    assert (record['low_alpha'], record['high_alpha']) == (4, 32)


def test_wrong_options_are_named_before_the_folder_is_claimed(there, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, TOOL, 'aff.py', '--out', 'wrong', '--low-alpha', '33')
    assert done.status == 1 and re.search(message_names('33.0', 32), done.err)
    done = run_inside(capsys, monkeypatch, TOOL, 'aff.py', '--out', 'wrong', '--cfg-options',
                      'test_dataloader.dataset.cam_dir=None')
    assert done.status == 1 and re.search(message_names('--cams', '--out'), done.err)
    assert not (there / 'wrong').exists()


def test_settings_arrive(there, tmp_path):
    image = np.asarray(Image.open('data/JPEGImages/2007_000001.jpg'))
    cam, refinement = read_cam('cams/2007_000001.npz'), DenseCRF(steps=2, bilateral_compat=1)
    score_image(Job('data/JPEGImages/2007_000001.jpg', 'cams/2007_000001.npz', tmp_path / 'a.npz', CLASSES, (2, 5),
                    refinement))
    expected = affinity_scores(image, cam.cam, 2, 5, refinement.refine_sets)
    np.testing.assert_allclose(read_scores(tmp_path / 'a.npz').scores / 255, expected, atol=0.51 / 255)


def test_a_bad_cam_is_named(there, tmp_path):
    write_cam(tmp_path / 'a.npz', np.ones((1, 10, 16)), [0], (40, 64), CLASSES)
    job = Job('data/JPEGImages/2007_000000.jpg', str(tmp_path / 'a.npz'), tmp_path / 'out.npz', CLASSES, (4, 32),
              DenseCRF())
    with pytest.raises(InputError, match=message_names('a.npz', '(40, 64)')):
        score_image(job)
    assert not job.out.exists()
