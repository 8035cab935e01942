"""The tools between the classifier and the segmentor, on tiny data: CAMs -> IR labels -> IRNet -> pseudo labels."""
import errno
import json
import os
import re
import sys
from pathlib import Path

import moved_backend  # noqa: F401
import numpy as np
import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS, MODELS
from PIL import Image
from reference_network import REPO
from run_tool import run_inside, run_process
from tiny_voc import CLASSES as VOC
from tiny_voc import write_tiny_voc

from mmwsss.datasets.transforms.load_image import read_image
from mmwsss.engine import ir_labels
from mmwsss.models import DenseCRF
from mmwsss.pseudo_labels import cam_to_ir_label, dense_crf_labels, read_cam, refine_labels, write_cam
from mmwsss.registry import LOCAL_REFINEMENTS

CLASSES = ('bus', 'car', 'cat', 'cow', 'dog', 'horse')
META = dict(classes=('background', *CLASSES))
DATA = "data_root='data', indices=None"
CLASSIFIER = f"""\
_base_ = {str(REPO / 'configs/mini/vwe_hspp_r18_mini.py')!r}
train_dataloader = dict(dataset=dict({DATA}))
val_dataloader = dict(dataset=dict({DATA}))
test_dataloader = dict(dataset=dict({DATA}))
"""
IRNET = f"""\
_base_ = {str(REPO / 'configs/mini/irnet_r18_mini.py')!r}
model = dict(backbone=dict(init_cfg=None), head=dict(radius=4), test_cfg=dict(min_size=64))
train_dataloader = dict(batch_size=3, dataset=dict({DATA}, seg_map_dir='ir_labels'))
test_dataloader = dict(dataset=dict({DATA}, cam_dir='cams'))
train_cfg = dict(max_epochs=1)
param_scheduler = None
default_hooks = dict(checkpoint=dict(max_keep_ckpts=1))
custom_hooks = []
"""


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """Six images, two configs, and a classifier and an IRNet with random weights."""
    folder = tmp_path_factory.mktemp('refinement with space')
    write_tiny_voc(folder / 'data', CLASSES, images=6)
    init_default_scope('mmseg')
    for name, text in (('classifier', CLASSIFIER), ('irnet', IRNET)):
        (folder / f'{name}.py').write_text(text)
        torch.manual_seed(3)
        model = MODELS.build(Config.fromfile(folder / f'{name}.py').model)
        torch.save(dict(state_dict=model.state_dict()), folder / f'{name}.pth')
    return folder


@pytest.fixture(scope='module')
def cams(folder) -> Path:
    """The CAM files of the tool."""
    done = run_process('make_cams.py', 'classifier.py', 'classifier.pth', '--out', 'cams', cwd=folder)
    assert done.status == 0, done.err[-2000:]
    assert re.search(r'\bcams: 6 images, 6\b', done.out)
    return folder / 'cams'


@pytest.fixture
def there(folder, cams, monkeypatch):
    monkeypatch.chdir(folder)
    return folder


def contents(folder: Path, suffix: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob(f'*{suffix}'))}


def ids() -> list[str]:
    return [f'2007_{index:06d}' for index in range(6)]


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


@pytest.fixture
def ir_label_folder(there, capsys, monkeypatch) -> Path:
    if not (there / 'ir_labels').is_dir():
        done = run_process('make_ir_labels.py', 'irnet.py', '--workers', '2', cwd=there)
        assert done.status == 0, done.err
        assert re.search(r'\bir_labels: 6 images; 6\b.* \d+\.\d %', done.out)
    return there / 'ir_labels'


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


@pytest.mark.parametrize('tool, options', [
    ('evaluate_cams.py', ('--cams', 'cams')), ('evaluate_labels.py', ('--labels', 'cams')), ('make_ir_labels.py', ())])
def test_tools_of_one_process_refuse_a_launcher(tool, options, there, capsys, monkeypatch):
    """Each process would do the whole work."""
    done = run_inside(capsys, monkeypatch, tool, 'irnet.py', *options, '--launcher', 'pytorch')
    assert done.status == 2 and '--launcher pytorch' in done.err


def test_no_processes_make_no_labels():
    with pytest.raises(ir_labels.InputError, match=message_names(-1)):
        ir_labels.make_ir_labels([], workers=-1)


def test_what_is_wrong_with_the_options_is_said_before_the_folder_is_claimed(there, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', 'irnet.py', '--out', 'wrong', '--fg-thr', '0.1',
                      '--bg-thr', '0.2')
    assert done.status == 1 and re.search(message_names(0.1, 0.2), done.err)
    done = run_inside(capsys, monkeypatch, 'make_ir_labels.py', 'irnet.py', '--out', 'wrong', '--cfg-options',
                      'test_dataloader.dataset.cam_dir=None')
    assert done.status == 1 and re.search(message_names('--cams', '--out'), done.err)
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


@pytest.fixture
def mean_config(there, monkeypatch):
    """A config with a local refinement from outside the package."""
    monkeypatch.syspath_prepend(REPO / 'tests/examples')
    Path('mean.py').write_text("""\
_base_ = 'irnet.py'
custom_imports = dict(imports=['mmwsss', 'mean_refinement'], allow_failed_imports=False)
ir_label_refinement = dict(type='MeanRefinement', radius=2)
""")
    return 'mean.py'


def mean_labels(labels, num_labels, radius=2):
    def refine(image, scores):
        return F.avg_pool2d(scores[None], 2 * radius + 1, 1, radius, count_include_pad=False)[0]
    return refine_labels(refine, torch.zeros(3, 48, 64), torch.from_numpy(labels), num_labels).numpy()


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


def test_labels_of_the_masks_themselves_are_perfect(there, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'evaluate_labels.py', 'irnet.py', '--labels', 'data/SegmentationClass',
                      '--json', 'quality.json', '--cfg-options',
                      'test_dataloader.dataset.ann_file=ImageSets/Segmentation/train.txt')
    assert done.status == 0, done.err
    quality = json.loads(Path('quality.json').read_text())
    perfect = {f'IoU.{name}': 100 for name in ('background', *CLASSES)}
    assert quality == dict(images=6, coverage=100, accuracy=100, mIoU=100, mIoU_all=100, **perfect)


@pytest.mark.filterwarnings('error:Mean of empty slice')
def test_figures_that_do_not_exist_are_null(there, capsys, monkeypatch):
    Path('open').mkdir()
    for name in ids():
        Image.fromarray(np.full((48, 64), 255, np.uint8)).save(f'open/{name}.png')
    done = run_inside(capsys, monkeypatch, 'evaluate_labels.py', 'irnet.py', '--labels', 'open', '--json', 'o.json')
    assert done.status == 0, done.err
    quality = json.loads(Path('o.json').read_text())
    assert quality['coverage'] == 0 and quality['accuracy'] is None and quality['mIoU'] is None


def test_ir_label_quality_counts_open_pixels_apart(ir_label_folder, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'evaluate_labels.py', 'irnet.py', '--labels', 'ir_labels', '--json',
                      'q.json')
    assert done.status == 0, done.err
    quality = json.loads(Path('q.json').read_text())
    labels = [np.asarray(Image.open(ir_label_folder / f'{name}.png')) for name in ids()]
    masks = [np.asarray(Image.open(f'data/SegmentationClass/{name}.png')) for name in ids()]
    certain = np.array(labels) != 255
    assert quality['coverage'] == pytest.approx(100 * certain.mean())
    assert quality['accuracy'] == pytest.approx(100 * (np.array(labels) == np.array(masks))[certain].mean())


def test_cams_on_disk_are_scored_as_the_classifier_is(there, capsys, monkeypatch):
    done = run_inside(capsys, monkeypatch, 'evaluate_cams.py', 'classifier.py', '--cams', 'cams', '--out', 'curves')
    assert done.status == 0, done.err
    curve = json.loads(Path('curves/cam_curve.json').read_text())
    assert curve['num_pictures'] == 6 and f"mIoU {curve['best']['mIoU']:.2f}" in done.out
    done = run_inside(capsys, monkeypatch, 'test.py', 'classifier.py', 'classifier.pth', '--work-dir', 'tested')
    direct = json.loads(next(Path('tested').rglob('cam_curve.json')).read_text())
    assert curve['best']['mIoU'] == pytest.approx(direct['best']['mIoU'], abs=3)  # stride 4 against full size


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
