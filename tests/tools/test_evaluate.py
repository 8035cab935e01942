"""evaluate_cams.py and evaluate_labels.py against the ground truth."""
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from run_tool import run_inside
from tiny_refinement import CLASSES, ids


@pytest.mark.parametrize('tool, options', [
    ('evaluate_cams.py', ('--cams', 'cams')), ('evaluate_labels.py', ('--labels', 'cams')), ('make_ir_labels.py', ())])
def test_tools_of_one_process_refuse_a_launcher(tool, options, there, capsys, monkeypatch):
    """Each process would do the whole work."""
    done = run_inside(capsys, monkeypatch, tool, 'irnet.py', *options, '--launcher', 'pytorch')
    assert done.status == 2 and '--launcher pytorch' in done.err


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
