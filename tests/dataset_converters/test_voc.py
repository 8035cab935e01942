"""The command line that prepares and checks VOC 2012."""
import json
import re

import numpy as np
import pytest
import voc
from converter_runs import run
from fake_voc import IMAGES, TRAIN, VAL, official_mask, read_mask, sbd_mask
from message_names import message_names


def test_runs_from_any_folder_by_its_path(tmp_path):
    result = run('voc.py', '--help', cwd=tmp_path)
    assert result.returncode == 0 and '--archives' in result.stdout, result.stderr


def test_command_line_prepares_all_with_processes(tmp_path, archives):
    root = tmp_path / 'new' / 'VOC2012'
    result = run('voc.py', root, '--archives', archives, '--workers', 2)
    assert result.returncode == 0, result.stderr
    lists = {path.stem: path.read_text().split() for path in (root / 'ImageSets/Segmentation').iterdir()}
    assert lists == {
        'train': list(TRAIN), 'val': list(VAL), 'trainval': [*TRAIN, *VAL],
        'train_aug': ['2007_000001', '2007_000002', '2008_000001', '2008_000002']
    }
    masks = {path.stem: read_mask(path) for path in (root / 'SegmentationClassAug').iterdir()}
    assert sorted(masks) == IMAGES
    for name, mask in masks.items():
        expected = official_mask(name) if name in (*TRAIN, *VAL) else sbd_mask(name)
        np.testing.assert_array_equal(mask, expected, err_msg=name)
    assert json.loads((root / 'image_labels.json').read_text()) == {
        '2007_000001': ['cat', 'person'], '2007_000002': ['aeroplane'], '2007_000003': ['dog'],
        '2008_000001': ['tvmonitor'], '2008_000002': ['horse', 'person']
    }
    assert not (root / 'SegmentationObject').exists() and not (root / 'SBD' / 'img').exists()
    warned = result.stderr.splitlines()
    for counts in (('train', 2, 1464), ('train_aug', 4, 10582), ('val', 1, 1449)):
        assert len([line for line in warned if re.search(message_names('warning', *counts), line)]) == 1
    assert re.search(message_names('warning', 4, 11355), result.stderr)
    assert not [path for path in root.rglob('.*')]


def test_check_of_no_data_set_ends_with_one_line(tmp_path):
    result = run('voc.py', tmp_path, '--check')
    assert result.returncode == 1
    assert result.stderr.startswith('error: ') and result.stderr.count('\n') == 1
    assert str(tmp_path) in result.stderr


def test_check_does_not_unpack(tmp_path):
    with pytest.raises(SystemExit, match='2'):
        voc.main([str(tmp_path), '--check', '--archives', str(tmp_path)])


def test_check_of_real_images(voc6, tmp_path):
    # All of the small list, and some of the large list with SBD's masks.
    for name in ('JPEGImages', 'SegmentationClass', 'SegmentationClassAug', 'image_labels.json'):
        (tmp_path / name).symlink_to(voc6 / name)
    lists = tmp_path / 'ImageSets' / 'Segmentation'
    lists.mkdir(parents=True)
    for name, first in (('mini', 0), ('train_aug', -40)):
        lines = (voc6 / 'ImageSets' / 'Segmentation' / f'{name}.txt').read_text().splitlines()
        (lists / f'{name}.txt').write_text('\n'.join(lines[first:]))
    result = run('voc.py', tmp_path, '--check', '--workers', 2)
    assert result.returncode == 0, result.stderr
    rows = {line.split()[0]: line.split() for line in result.stdout.splitlines() if line}
    assert rows['mini'] == ['mini', '89', '-', '89', '89', 'SegmentationClass', '89', '89', '89']
    assert rows['train_aug'] == ['train_aug', '40', '10582', '40', '40', 'SegmentationClassAug', '40', '40', '40']
