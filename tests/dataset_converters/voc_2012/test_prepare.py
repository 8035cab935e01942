"""Preparing VOC 2012: resumed runs, kept and missing files, labels from annotations."""
import json
import re

import numpy as np
import pytest
from converter_runs import contents, snapshot
from fake_voc import TRAIN, VAL, annotation, read_mask, sbd_mask
from message_names import message_names
from voc_2012.prepare import prepare

from mmwsss.utils.errors import InputError


def test_a_second_run_writes_nothing(root, archives, capsys):
    before = snapshot(root)
    capsys.readouterr()
    prepare(root, archives, workers=1)
    assert snapshot(root) == before
    text = capsys.readouterr().out
    assert re.search(r'\.tar: 0 .*, \d+ ', text) and re.search(r'SegmentationClassAug: 0 .*, 2 ', text)


def test_a_stopped_run_resumes(root, archives):
    whole = contents(root)
    damaged = root / 'SegmentationClassAug' / '2008_000001.png'
    damaged.write_bytes(damaged.read_bytes()[:60])
    (root / 'SegmentationClassAug' / '2008_000002.png').unlink()
    (root / 'JPEGImages' / '2007_000002.jpg').write_bytes(b'')
    (root / 'SBD' / 'cls' / '2008_000002.mat').unlink()
    (root / 'image_labels.json').write_text('{"2007_0000')
    (root / 'ImageSets/Segmentation/train_aug.txt').write_text('2007_000001\n')
    prepare(root, archives, workers=1)
    assert contents(root) == whole


def test_a_list_of_other_images_stays(root, capsys):
    path = root / 'ImageSets/Segmentation/train_aug.txt'
    path.write_text('2007_000001\n2009_000009\n')
    prepare(root, None, workers=1)
    assert path.read_text() == '2007_000001\n2009_000009\n'
    text = capsys.readouterr().err
    lines = [line for line in text.splitlines() if str(path) in line]
    assert len(lines) == 1 and re.search(message_names(1, 4), lines[0])
    assert re.search(message_names('train_aug', 1, 2, '2009_000009'), text)


def test_an_unpacked_sbd_is_found_beside_the_archives(tmp_path, root, archives):
    for path in (root / 'SegmentationClassAug').iterdir():
        path.unlink()
    (tmp_path / 'downloads' / 'benchmark_RELEASE').mkdir(parents=True)
    (root / 'SBD').rename(tmp_path / 'downloads' / 'benchmark_RELEASE' / 'dataset')
    prepare(root, tmp_path / 'downloads', workers=1)
    np.testing.assert_array_equal(read_mask(root / 'SegmentationClassAug/2008_000001.png'), sbd_mask('2008_000001'))


def test_without_sbd_train_can_be_used(tmp_path, archives, capsys):
    only_voc = tmp_path / 'downloads'
    only_voc.mkdir()
    (only_voc / 'VOCtrainval_11-May-2012.tar').symlink_to(archives / 'VOCtrainval_11-May-2012.tar')
    root = tmp_path / 'VOC2012'
    prepare(root, only_voc, workers=1)
    assert not (root / 'ImageSets/Segmentation/train_aug.txt').exists()
    assert sorted(json.loads((root / 'image_labels.json').read_text())) == [*TRAIN, *VAL]
    captured = capsys.readouterr()
    assert 'Semantic Boundaries Dataset' in captured.err and 'train_aug' in captured.out


def test_what_is_missing_is_named_with_its_source(tmp_path, root, archives):
    (root / 'ImageSets/Segmentation/val.txt').unlink()
    with pytest.raises(InputError, match=message_names(root, 'ImageSets/Segmentation/val.txt', 'VOC 2012')):
        prepare(root, None, workers=1)
    with pytest.raises(InputError, match=message_names('nothing', 'JPEGImages/', 'SegmentationClass/', 'Annotations/')):
        prepare(tmp_path / 'nothing', None, workers=1)
    with pytest.raises(InputError, match=message_names(tmp_path / 'nowhere')):
        prepare(root, tmp_path / 'nowhere', workers=1)
    (tmp_path / 'empty').mkdir()
    with pytest.raises(InputError, match=message_names(tmp_path / 'empty', 'VOC 2012', 'SBD')):
        prepare(root, tmp_path / 'empty', workers=1)
    (root / 'ImageSets/Segmentation/val.txt').write_text('\n'.join(VAL))
    (root / 'SBD' / 'val.txt').unlink()
    with pytest.raises(InputError, match=message_names(root / 'SBD', 'val.txt')):
        prepare(root, None, workers=1)


def test_images_without_annotation_get_no_labels(root, capsys):
    (root / 'Annotations' / '2008_000001.xml').unlink()
    prepare(root, None, workers=1)
    assert '2008_000001' not in json.loads((root / 'image_labels.json').read_text())
    assert re.search(message_names('warning', 1, '2008_000001'), capsys.readouterr().err)


@pytest.mark.parametrize('content, named', [(b'<annotation><obj', []), (annotation(['unicorn']), ['unicorn'])])
def test_bad_annotations_are_named(root, content, named):
    (root / 'Annotations' / '2008_000001.xml').write_bytes(content)
    with pytest.raises(InputError, match=message_names('2008_000001.xml', *named)):
        prepare(root, None, workers=1)
