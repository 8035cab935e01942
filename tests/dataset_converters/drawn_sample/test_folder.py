"""The folder of the sample: reading it with MMSeg, and stopped runs."""
import json
from pathlib import Path

import numpy as np
import pytest
import sample
from converter_runs import contents, run
from drawn_sample.folder import write_sample
from drawn_sample.objects import SAMPLE_CLASSES
from message_names import message_names
from mmseg.datasets import PascalVOCDataset
from PIL import Image
from small_sample import SIZE
from voc_2012.check import check

from mmwsss.utils.errors import InputError


def test_layout_and_labels(drawn):
    lists = {path.stem: path.read_text().split() for path in (drawn / 'ImageSets/Segmentation').iterdir()}
    train = [f'train_{index:04d}' for index in range(6)]
    assert lists == {'train': train, 'train_aug': train, 'val': ['val_0000', 'val_0001']}
    labels = json.loads((drawn / 'image_labels.json').read_text())
    assert sorted(labels) == [*train, 'val_0000', 'val_0001']
    for name, classes in labels.items():
        with Image.open(drawn / 'JPEGImages' / f'{name}.jpg') as image:
            assert max(image.size) == 64 and min(image.size) in (48, 64) and image.mode == 'RGB'
            size = image.size
        with Image.open(drawn / 'SegmentationClass' / f'{name}.png') as mask:
            assert mask.mode == 'P' and mask.size == size
            palette = np.array(mask.getpalette()).reshape(-1, 3)
            values, counts = np.unique(np.array(mask), return_counts=True)
        assert sorted(PascalVOCDataset.METAINFO['classes'][value] for value in values[1:-1]) == sorted(classes)
        assert values[0] == 0 and values[-1] == 255
        assert counts[-1] < 0.2 * counts.sum() and counts[1:-1].min() > 20
    np.testing.assert_array_equal(palette[:21], PascalVOCDataset.METAINFO['palette'])
    # Each class comes first in one of six images.
    assert [name in labels[f'train_{index:04d}'] for index, name in enumerate(SAMPLE_CLASSES)] == [True] * 6


def test_mmseg_reads_it_and_the_check_passes(drawn, capsys):
    dataset = PascalVOCDataset(
        data_root=str(drawn), data_prefix=dict(img_path='JPEGImages', seg_map_path='SegmentationClass'),
        ann_file='ImageSets/Segmentation/train.txt', metainfo=dict(classes=('background', *SAMPLE_CLASSES)),
        pipeline=[dict(type='LoadImageFromFile'), dict(type='mmseg.LoadAnnotations')])
    labels = json.loads((drawn / 'image_labels.json').read_text())
    assert len(dataset) == 6
    for item in map(dataset.__getitem__, range(6)):
        values = set(np.unique(item['gt_seg_map'])) - {0, 255}
        wanted = {1 + SAMPLE_CLASSES.index(name) for name in labels[Path(item['img_path']).stem]}
        assert values == wanted
    assert check(drawn, workers=1)
    assert 'problem' not in capsys.readouterr().err


def test_a_second_run_draws_nothing(drawn, capsys):
    before = {path: path.stat().st_mtime_ns for path in drawn.rglob('*')}
    assert write_sample(drawn, **SIZE) == 0
    assert {path: path.stat().st_mtime_ns for path in drawn.rglob('*')} == before
    sample.main([str(drawn), '--train', '6', '--val', '2', '--size', '64'])
    assert str(drawn) in capsys.readouterr().out


def test_a_stopped_run_is_completed(drawn, tmp_path):
    out = tmp_path / 'out'
    for name, content in contents(drawn).items():
        (out / name).parent.mkdir(parents=True, exist_ok=True)
        (out / name).write_bytes(content)
    (out / 'JPEGImages' / 'train_0002.jpg').unlink()
    (out / 'SegmentationClass' / 'train_0003.png').write_bytes(b'\x89PNG\r\n')
    image = out / 'JPEGImages' / 'val_0000.jpg'
    image.write_bytes(image.read_bytes()[:500])
    (out / 'image_labels.json').unlink()
    (out / 'ImageSets' / 'Segmentation' / 'val.txt').unlink()
    assert write_sample(out, **SIZE) == 3
    assert contents(out) == contents(drawn)


def test_a_folder_of_something_else_is_refused(drawn, tmp_path):
    (tmp_path / 'thesis.tex').write_text('x')
    with pytest.raises(InputError, match=message_names(tmp_path, 'thesis.tex')):
        write_sample(tmp_path, **SIZE)
    with pytest.raises(InputError, match=message_names(tmp_path / 'thesis.tex')):
        write_sample(tmp_path / 'thesis.tex', **SIZE)
    with pytest.raises(InputError, match=message_names(drawn)):
        write_sample(drawn, **{**SIZE, 'seed': 1})
    assert contents(tmp_path) == {'thesis.tex': b'x'}
    result = run('sample.py', tmp_path)
    assert result.returncode == 1 and result.stderr.startswith('error: ') and result.stderr.count('\n') == 1
