"""make_ir_labels.py: from CAM files to the labels that IRNet learns from."""
import errno
import json
import os
import re
import sys
from pathlib import Path

import moved_backend  # noqa: F401
import numpy as np
import pytest
import torch.nn.functional as F
from message_names import message_names
from mmengine.config import Config
from mmseg.registry import DATASETS
from PIL import Image
from run_tool import run_inside, run_process
from tiny_refinement import CLASSES, META, contents, ids
from tiny_voc import CLASSES as VOC

from mmwsss.engine import ir_labels
from mmwsss.models import DenseCRF
from mmwsss.pseudo_labels import cam_to_ir_label, read_cam, write_cam
from mmwsss.registry import LOCAL_REFINEMENTS


def test_ir_labels_hold_the_data_sets_own_ids(ir_label_folder):
    original = np.full(256, 255, np.uint8)
    original[:7] = [0, 6, 7, 8, 10, 12, 13]  # VOC's bus, car, cat, cow, dog, horse
    for name in ids():
        image = np.asarray(Image.open(f'data/JPEGImages/{name}.jpg'))
        content = read_cam(f'cams/{name}.npz')
        expected = original[cam_to_ir_label(image, content.cam, content.keys, 0.30, 0.05)]
        found = Image.open(ir_label_folder / f'{name}.png')
        np.testing.assert_array_equal(np.asarray(found), expected)
        assert found.mode == 'P'


def test_ir_labels_round_trip_through_the_next_stages_dataset(ir_label_folder):
    cfg = Config.fromfile('irnet.py').train_dataloader.dataset
    cfg.pipeline = [dict(type='LoadImage'), dict(type='LoadMask')]
    for item in DATASETS.build(cfg):
        image = item['img'][..., ::-1]
        content = read_cam(f"cams/{item['img_id']}.npz")
        np.testing.assert_array_equal(item['gt_seg_map'], cam_to_ir_label(
            np.ascontiguousarray(image), content.cam, content.keys))


def test_ir_labels_resume_and_do_not_depend_on_the_workers(ir_label_folder, capsys, monkeypatch):
    before = contents(ir_label_folder, '.png')
    for name in ids()[:2]:
        (ir_label_folder / f'{name}.png').unlink()
    done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', 'irnet.py', '--workers', '1')
    assert done.status == 0 and re.search(r'\bir_labels: 6 images; 2\b', done.out)
    assert contents(ir_label_folder, '.png') == before
    done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', 'irnet.py', '--fg-thr', '0.4')
    assert done.status == 1 and re.search(message_names('fg_thr', 0.3, 0.4), done.err)


def test_cams_that_were_made_anew_do_not_mix_in(ir_label_folder, capsys, monkeypatch):
    record = Path('cams/made_from.json')
    before = record.read_text()
    try:
        record.write_text(json.dumps(dict(json.loads(before), checkpoint='other.pth 0123')))
        done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', 'irnet.py', '--workers', '1')
    finally:
        record.write_text(before)
    assert done.status == 1
    assert re.search(message_names('cams_made_from.checkpoint', 'classifier.pth', '--overwrite'), done.err)


def test_a_process_that_is_ended_from_outside(monkeypatch):
    monkeypatch.setattr(ir_labels, 'label_image', os._exit)
    with pytest.raises(ir_labels.InputError, match='--workers'):
        ir_labels.make_ir_labels([1, 1], workers=2)


def test_no_processes_make_no_labels():
    with pytest.raises(ir_labels.InputError, match=message_names(-1)):
        ir_labels.make_ir_labels([], workers=-1)


def test_what_is_wrong_with_the_options_is_said_before_the_folder_is_claimed(there, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', 'irnet.py', '--out', 'wrong', '--fg-thr', '0.1',
                      '--bg-thr', '0.2')
    assert done.status == 1 and re.search(message_names(0.1, 0.2), done.err)
    for arguments in (('irnet.py', '--cfg-options', 'test_dataloader.dataset.cam_dir=None'), ('classifier.py', )):
        done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', *arguments, '--out', 'wrong')
        assert done.status == 1 and re.search(message_names(arguments[0], '--cams', '--out'), done.err)
    assert not (there / 'wrong').exists()


def test_truncated_cam_is_named_once(there, capsys, monkeypatch):
    for name in ids():
        content = (there / 'cams' / f'{name}.npz').read_bytes()
        (there / 'bad cams').mkdir(exist_ok=True)
        (there / 'bad cams' / f'{name}.npz').write_bytes(content[:100] if name == ids()[3] else content)
    done = run_process('make_ir_labels.py', 'irnet.py', '--cams', 'bad cams', '--out', 'bad', '--workers', '2',
                       cwd=there)
    assert done.status == 1 and 'Traceback' not in done.err, done.err
    assert done.err.count('error:') == 1 and '2007_000003.npz' in done.err
    assert not (there / 'bad' / '2007_000003.png').exists()
    (there / 'bad cams' / f'{ids()[3]}.npz').unlink()
    done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', 'irnet.py', '--cams', 'bad cams', '--out', 'bad')
    assert done.status == 1 and re.search(message_names(1, 6, 'bad cams', '2007_000003'), done.err)


def test_cam_of_another_size_or_other_classes(tmp_path, there):
    job = dict(img_path='data/JPEGImages/2007_000000.jpg', out=tmp_path / 'a.png', image_classes=CLASSES,
               meta=META, fg_thr=0.3, bg_thr=0.05, refinement=DenseCRF())
    write_cam(tmp_path / 'a.npz', np.ones((1, 10, 16)), [0], (40, 64), CLASSES)
    with pytest.raises(ir_labels.InputError, match=message_names('a.npz', '(40, 64)')):
        ir_labels.label_image(ir_labels.Job(cam_path=str(tmp_path / 'a.npz'), **job))
    write_cam(tmp_path / 'a.npz', np.ones((1, 12, 16)), [0], (48, 64), CLASSES[::-1])
    with pytest.raises(ir_labels.InputError, match=message_names('a.npz', 'horse')):
        ir_labels.label_image(ir_labels.Job(cam_path=str(tmp_path / 'a.npz'), **job))
    np.save(tmp_path / 'a.npy', dict(keys=np.array([1]), high_res=np.full((1, 48, 64), np.nan, np.float32)))
    with pytest.raises(ir_labels.InputError, match=message_names('a.npy', 'nan')):
        ir_labels.label_image(ir_labels.Job(cam_path=str(tmp_path / 'a.npy'), **job))


def test_settings_of_a_label_arrive(tmp_path, there):
    """Also the weak probability of the seeds, which a weak refinement then changes."""
    name, content = '2007_000001', read_cam('cams/2007_000001.npz')
    refinement = DenseCRF(steps=1, gt_prob=0.4)
    ir_labels.label_image(ir_labels.Job(f'data/JPEGImages/{name}.jpg', f'cams/{name}.npz', tmp_path / 'a.png', CLASSES,
                                        META, 0.7, 0.45, refinement))
    image = np.asarray(Image.open(f'data/JPEGImages/{name}.jpg'))
    settings = dict(fg_thr=0.7, bg_thr=0.45, refine=refinement.refine_sets, gt_prob=0.4)
    expected = cam_to_ir_label(image, content.cam, content.keys, **settings)
    np.testing.assert_array_equal(np.asarray(Image.open(tmp_path / 'a.png')), expected)
    for change in (dict(fg_thr=0.5), dict(bg_thr=0.05), dict(gt_prob=0.7)):
        assert (expected != cam_to_ir_label(image, content.cam, content.keys, **dict(settings, **change))).any()


def test_ir_labels_by_another_local_refinement(mean_config, capsys, monkeypatch):
    for workers in '12':
        done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', mean_config, '--out', f'mean{workers}', '--workers',
                          workers)
        assert done.status == 0, done.err[-2000:]
    assert contents(Path('mean1'), '.png') == contents(Path('mean2'), '.png')
    record = json.loads(Path('mean1/made_from.json').read_text())
    assert record['refinement'] == dict(type='MeanRefinement', radius=2)
    content = read_cam('cams/2007_000001.npz')
    expected = cam_to_ir_label(
        np.zeros((48, 64, 3), np.uint8), content.cam, content.keys,
        refine=lambda image, scores: F.avg_pool2d(scores, 5, 1, 2, count_include_pad=False))
    on_disk = np.full(256, 255, np.uint8)
    on_disk[:7] = [0, *(VOC.index(name) for name in CLASSES)]
    np.testing.assert_array_equal(np.asarray(Image.open('mean1/2007_000001.png')), on_disk[expected])
    done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', mean_config, '--out', 'mean1', '--cfg-options',
                      'ir_label_refinement.radius=3')
    assert done.status == 1 and re.search(message_names('refinement.radius', 2, 3), done.err)


def test_the_densecrf_of_ir_labels_can_be_set(there, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', 'irnet.py', '--out', 'short', '--workers', '1',
                      '--cfg-options', 'ir_label_refinement.steps=1')
    assert done.status == 0, done.err[-2000:]
    assert json.loads(Path('short/made_from.json').read_text())['refinement'] == dict(type='DenseCRF', steps=1)


def test_a_refinement_that_cannot_run_is_named_before_anything_begins(there, capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, 'pydensecrf', None)
    monkeypatch.setitem(sys.modules, 'pydensecrf.densecrf', None)
    for arguments in (
            ['make_ir_labels.py', 'irnet.py', '--cfg-options', 'ir_label_refinement.backend=pydensecrf'],
            ['make_pseudo_labels.py', 'irnet.py', 'irnet.pth', '--crf', 'backend=pydensecrf']):
        done = run_inside(capsys, monkeypatch, *arguments, '--out', 'never')
        assert done.status == 1 and 'pydensecrf' in done.err and not Path('never').exists()


def test_ir_labels_read_images_by_the_backend_of_the_data_set(mean_config, tmp_path):
    __import__('mean_refinement')
    refinement = LOCAL_REFINEMENTS.build(dict(type='MeanRefinement'))
    job = ir_labels.Job('moved://2007_000000.jpg', 'cams/2007_000000.npz', tmp_path / 'a.png', CLASSES,
                        META, 0.3, 0.05, refinement,
                        dict(backend='moved', root='data/JPEGImages'))
    assert ir_labels.label_image(job)[0] == 48 * 64


def test_all_background_cam(tmp_path, there):
    write_cam(tmp_path / 'a.npz', np.zeros((1, 12, 16)), [0], (48, 64), CLASSES)
    counts = ir_labels.label_image(ir_labels.Job(
        'data/JPEGImages/2007_000000.jpg', str(tmp_path / 'a.npz'), tmp_path / 'a.png', CLASSES,
        META, 0.3, 0.05, DenseCRF()))
    assert counts == (48 * 64, 48 * 64, 0) and not np.asarray(Image.open(tmp_path / 'a.png')).any()


def test_full_disk_leaves_nothing_half_written(there, capsys, monkeypatch):

    def full(self, path, **kwargs):
        Path(path).write_bytes(b'half')
        raise OSError(errno.ENOSPC, 'No space left on device', str(path))

    monkeypatch.setattr(Image.Image, 'save', full)
    done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', 'irnet.py', '--out', 'full', '--workers', '1')
    assert done.status == 1 and 'No space left on device' in done.err
    assert [path.name for path in (there / 'full').iterdir()] == ['made_from.json']
