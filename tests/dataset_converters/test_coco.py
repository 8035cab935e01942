"""The command line that prepares COCO 2014."""
import json
import os

import coco
import numpy as np
import pytest
from converter_runs import run, snapshot
from fake_coco import content, expected_masks, write_fake_coco
from mmengine.registry import init_default_scope
from mmseg.registry import DATASETS
from PIL import Image

import mmwsss.datasets  # noqa: F401
from mmwsss.utils.coco import CLASSES
from mmwsss.utils.palette_png import voc_palette

NUMBERS = (9, 25, 31)


def ids(split):
    return [f'{split}/COCO_{split}_{number:012d}' for number in NUMBERS]


@pytest.fixture
def root(tmp_path):
    return write_fake_coco(tmp_path / 'coco')


@pytest.fixture
def one(tmp_path):
    """Only val2014, as a function that changes the annotations."""
    folder = write_fake_coco(tmp_path / 'coco', ['val2014'])

    def prepare(change=None, *arguments):
        made = content('val2014')
        if change is not None:
            change(made)
        (folder / 'annotations/instances_val2014.json').write_text(json.dumps(made))
        coco.main([str(folder), '--splits', 'val2014', '--workers', '1', *arguments])
        return folder
    return prepare


def test_masks_lists_and_labels_with_processes(root):
    done = run('coco.py', root, '--workers', 2)
    assert done.returncode == 0, done.stderr
    assert 'Masks of train2014: 3/3' in done.stderr  # the progress bar in a log
    for split in ('train2014', 'val2014'):
        assert (root / f'ImageSets/Segmentation/{split[:-4]}.txt').read_text().split() == ids(split)
        for name, mask in zip(ids(split), expected_masks().values(), strict=True):
            image = Image.open(root / 'SegmentationClass' / f'{name}.png')
            assert image.mode == 'P' and image.getpalette() == voc_palette().flatten().tolist()
            np.testing.assert_array_equal(np.asarray(image), mask, err_msg=name)
    labels = json.loads((root / 'image_labels.json').read_text())
    assert labels == {name: found for split in ('train2014', 'val2014') for name, found in zip(
        ids(split), (['cup', 'dining table'], ['person', 'toothbrush'], ['sheep']), strict=True)}
    assert [line for line in done.stdout.splitlines() if '82081' in line] and not [*root.rglob('.*')]

    init_default_scope('mmseg')
    dataset = DATASETS.build(dict(
        type='COCOImageLabelDataset', data_root=str(root), ann_file='ImageSets/Segmentation/val.txt', test_mode=True,
        pipeline=[dict(type='LoadImage'), dict(type='LoadMask'), dict(type='PackImageLabelInputs')]))
    assert dataset.metainfo['classes'] == CLASSES and len(CLASSES) == len(dataset.metainfo['palette']) == 81
    for index, mask in enumerate(expected_masks().values()):
        sample = dataset[index]['data_samples']
        np.testing.assert_array_equal(sample.gt_sem_seg.data[0].numpy(), mask)
        assert set(np.unique(mask)) - {0, 255} <= set((np.flatnonzero(sample.gt_score.numpy()) + 1).tolist())


def test_a_second_run_writes_nothing_and_an_interrupted_one_resumes(one):
    root = one()
    before = snapshot(root)
    one()
    after = snapshot(root)
    del before['annotations/instances_val2014.json'], after['annotations/instances_val2014.json']
    assert after == before
    first, second = (root / 'SegmentationClass' / f'{name}.png' for name in ids('val2014')[:2])
    second.unlink()
    first.write_bytes(b'half')
    one()
    assert {name: data for name, (_, data) in snapshot(root).items() if 'annotations' not in name} == {
        name: data for name, (_, data) in before.items()}


def test_changed_annotations_draw_all_masks_again(one):
    root = one()
    before = [np.asarray(Image.open(root / 'SegmentationClass' / f'{name}.png')) for name in ids('val2014')]
    one(lambda made: [entry.update(category_id=made['categories'][1]['id']) for entry in made['annotations']])
    for name, mask in zip(ids('val2014'), before, strict=True):
        found = np.asarray(Image.open(root / 'SegmentationClass' / f'{name}.png'))
        np.testing.assert_array_equal(found, np.where((mask > 0) & (mask < 255), 2, mask), err_msg=name)


def change(section, index, **values):
    return lambda made: made[section][index].update(values)


@pytest.mark.parametrize('changed, named', [
    (change('annotations', 2, image_id=77), [1, 'annotation 3', 'image 77']),
    (change('annotations', 2, category_id=12), [1, 'annotation 3', 'category 12']),
    (lambda made: made['annotations'][0].pop('segmentation'), ['segmentation']),
    (change('images', 1, file_name='../x.jpg'), ['../x.jpg']),
    (change('images', 1, height=21), [1, 3, 'COCO_val2014_000000000009.jpg', '(30, 20)', '(30, 21)']),
    (change('images', 1, height=float('inf')), ['infinity']),
    (change('annotations', 0, segmentation=[[1, 2, 3]]), [1, 3, 'COCO_val2014_000000000009.jpg', '[1, 2, 3]']),
    (lambda made: made.pop('images'), ['images']), (lambda made: made['categories'].clear(), [0, 'categories']),
    (lambda made: made['images'].append(made['images'][1]), [1, 'twice']),
    (change('images', 1, file_name='COCO_val2014_000000000025.png'), [1, 'twice', 'suffix']),
    (lambda made: made['annotations'].clear(), ['val2014', 'annotation'])])
def test_bad_annotations_are_named(one, changed, named, capsys):
    with pytest.raises(SystemExit):
        one(changed)
    message = capsys.readouterr().err.splitlines()[-1]
    assert message.startswith('error: ')
    assert all(str(word) in message for word in named), message


def test_a_bad_image_does_not_stop_the_others(one, tmp_path, capsys):
    (tmp_path / 'coco/val2014/COCO_val2014_000000000009.jpg').write_bytes(b'no image')
    with pytest.raises(SystemExit):
        one()
    assert 'COCO_val2014_000000000009.jpg' in capsys.readouterr().err
    assert len([*(tmp_path / 'coco').rglob('*.png')]) == 2


@pytest.mark.parametrize('spoil, named', [
    (lambda root: os.truncate(root / 'annotations/instances_train2014.json', 500), ['instances_train2014', 'JSON']),
    (lambda root: os.unlink(root / 'annotations/instances_val2014.json'), ['instances_val2014', 'exist']),
    (lambda root: os.unlink(root / 'train2014/COCO_train2014_000000000025.jpg'), [1, 3, '000000000025.jpg']),
    (lambda root: os.rename(root / 'val2014', root / 'x'), ['val2014', 'exist'])])
def test_missing_and_damaged_files_are_named_in_one_line(root, spoil, named):
    spoil(root)
    done = run('coco.py', root, '--workers', 1)
    message = done.stderr.splitlines()[-1]
    assert done.returncode == 1 and 'Traceback' not in done.stderr and message.startswith('error: ')
    assert all(str(word) in message for word in named), message


def test_other_categories_are_reported_for_the_config(one, capsys):
    one(change('categories', 0, name='mushroom'))
    assert "('background', 'mushroom', 'bicycle'" in capsys.readouterr().out


def test_no_processes_are_refused(tmp_path):
    with pytest.raises(SystemExit, match='2'):
        coco.main([str(tmp_path), '--workers', '0'])
