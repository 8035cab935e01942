"""From images in folders to a report, by two commands."""
import json
import re
from pathlib import Path

import numpy as np
import pytest
from message_names import message_names
from PIL import Image
from run_tool import run_inside, run_process

NAMES = ('cat', 'dog')
SIZE = (40, 48)


@pytest.fixture(scope='module')
def folder(tmp_path_factory) -> Path:
    """Ten images: a bright square, left for one class and right for the other."""
    folder = tmp_path_factory.mktemp('own images')
    draw = np.random.default_rng(0)
    for index in range(10):
        image = draw.integers(0, 80, (*SIZE, 3), dtype=np.uint8)
        mask = np.zeros(SIZE, np.uint8)
        part = slice(8, 32), slice(4, 20) if index % 2 else slice(28, 44)
        image[part], mask[part] = (220, 60, 60) if index % 2 else (60, 60, 220), 1 + index % 2
        for kind, array, suffix in (('photos', image, 'jpg'), ('masks', mask, 'png')):
            path = folder / kind / NAMES[index % 2] / f'{index}.{suffix}'
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(array).save(path)
    return folder


def make_small(configs: Path) -> None:
    """Shorten the trainings, and keep IRNet at the size of the images."""
    for path in configs.glob('*.py'):
        text = re.sub(r'max_epochs=\d+', 'max_epochs=1', path.read_text())
        text = re.sub(r'max_iters=\d+, val_interval=\d+', 'max_iters=2, val_interval=2', text)
        text = re.sub(r'epoch_\d+', 'epoch_1', text).replace('min_size=160, max_size=480', 'min_size=48, max_size=96')
        text = text.replace('(192, 192)', '(64, 64)').replace('size=320', 'size=64').replace('size = 320', 'size = 64')
        path.write_text(text + ('' if path.name in ('facts.py', 'pipeline.py') else
                                'for _loop in (train_dataloader, test_dataloader):\n'
                                '    _loop.update(num_workers=0, persistent_workers=False)\n'))


def test_two_commands_without_masks(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    made = run_inside(capsys, monkeypatch, 'new_dataset.py', 'photos', 'photos', '--out', 'my', '--backbone', 'r18')
    assert made.status == 0, made.err
    for told in ('10 images from 40 x 48', 'cat 5, dog 5', '8 images to learn from, 2 to validate', 'long side of',
                 'epochs in batches of 8', 'label-free'):
        assert told in made.out
    assert re.search(r"run_pipeline\.py'? my/pipeline\.py$", made.out, re.M)  # quoted where the path has a space
    make_small(folder / 'my')
    done = run_process('run_pipeline.py', 'my/pipeline.py', cwd=folder)
    assert done.status == 0, done.err[-3000:]
    work = folder / 'work_dirs' / 'my'
    rows = {row['stage']: row['metrics'] for row in json.loads((work / 'table.json').read_text())}
    assert list(rows) == ['classifier', 'cams', 'cam_quality', 'ir_labels', 'irnet', 'walk', 'pseudo_labels',
                          'segmentor', 'report']
    curve = json.loads((work / 'walk' / 'walk_curve.json').read_text())
    assert rows['walk'] == dict(auto_thr=curve['auto']['thr'], foreground=curve['auto']['foreground'])
    labels = json.loads((work / 'pseudo_labels' / 'made_from.json').read_text())
    assert labels['model']['test_cfg']['bg_thr'] == curve['auto']['thr']
    page = (work / 'report' / 'report.html').read_text()
    assert 'mIoU' not in page.partition('<table')[0] and 'ground truth</th>' not in page
    assert page.count('<td class="name"') == 8 and 'label-free threshold' in page
    for image in (work / 'pseudo_labels').rglob('*.png'):
        assert np.array(Image.open(image)).shape == SIZE


def test_messages(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    (folder / 'labels.txt').write_text('0 cat')
    for arguments, named in (
            (('photos', 'labels.txt'), ('labels.txt', '.csv')),
            (('photos', 'photos', '--out', 'photos'), ('photos', 'exists')),
            (('photos', 'photos', '--out', 'other', '--backbone', 'vgg'), ('vgg', 'r50'))):
        done = run_inside(capsys, monkeypatch, 'new_dataset.py', *arguments)
        assert done.status == 1 and re.search(message_names(*named), done.err) and 'Traceback' not in done.err
