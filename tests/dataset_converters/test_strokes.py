"""Strokes of a data set's masks as files, and the sample's."""
import json
import re

import numpy as np
import pytest
import strokes
from converter_runs import contents
from message_names import message_names
from PIL import Image
from tiny_voc import write_tiny_voc
from voc_layout import CLASSES

from mmwsss.datasets.label_ids import class_ids
from mmwsss.datasets.strokes import points_of, read_points, read_scribbles, read_voc_boxes
from mmwsss.pseudo_labels.strokes import draw_strokes, fill_boxes

IDS = class_ids(dict(classes=CLASSES))


def run(capsys, *arguments):
    status = 0
    try:
        strokes.main([str(argument) for argument in arguments])
    except SystemExit as end:
        status = end.code
    return status, capsys.readouterr()


def test_the_files_tell_about_the_masks(tmp_path, capsys):
    root, out = write_tiny_voc(tmp_path / 'data'), tmp_path / 'out'
    status, shown = run(capsys, root, '--out', out, '--workers', 1)
    assert status == 0 and '6 images' in shown.out and '12 boxes' in shown.out
    points = read_points([out / 'points.json'])
    assert len(points) == 6
    for path in sorted((root / 'SegmentationClass').iterdir()):
        mask = np.asarray(Image.open(path))
        scribbles = read_scribbles(out / 'Scribbles' / f'{path.stem}.xml', IDS.names, mask.shape)
        dots = points_of(points[path.stem], IDS, mask.shape, path.stem)
        for found in (draw_strokes(scribbles, mask.shape, 1), draw_strokes(dots, mask.shape, 1)):
            assert set(np.unique(found)) == {*np.unique(mask), 255}
            assert (found == mask)[found != 255].all()
        boxes = read_voc_boxes(out / 'Boxes' / f'{path.stem}.xml', IDS.names, mask.shape)
        np.testing.assert_array_equal(fill_boxes(boxes, mask.shape), mask)  # objects are rectangles
    before = contents(out)
    assert run(capsys, root, '--out', out, '--workers', 1)[0] == 0 and contents(out) == before


def test_the_sample_has_strokes_of_its_training_images(drawn):
    names = {f'train_{index:04d}' for index in range(6)}
    assert {path.stem for path in (drawn / 'Scribbles').iterdir()} == names
    assert {path.stem for path in (drawn / 'Boxes').iterdir()} == names
    assert set(json.loads((drawn / 'points.json').read_text())) == names


@pytest.mark.parametrize('spoil, named', [
    (lambda path: Image.fromarray(np.full((9, 9), 40, dtype=np.uint8)).save(path), ('40', '--classes')),
    (lambda path: Image.fromarray(np.full((9, 9), 255, dtype=np.uint8)).save(path), ('region', )),
    (lambda path: Image.fromarray(np.zeros((9, 9, 3), dtype=np.uint8)).save(path), ('(9, 9, 3)', )),
    (lambda path: path.write_bytes(b'\x89PNG'), ('decoded', )),
    (lambda path: path.unlink(), ('missing', ))])
def test_masks_that_do_not_fit(tmp_path, capsys, spoil, named):
    root = write_tiny_voc(tmp_path / 'data')
    path = root / 'SegmentationClass' / '2007_000003.png'
    spoil(path)
    status, shown = run(capsys, root, '--out', tmp_path / 'out', '--workers', 1)
    assert status == 1
    assert re.search(message_names(path, *named), shown.err)


def test_ids_with_blanks_and_folders(tmp_path, capsys):
    root = write_tiny_voc(tmp_path / 'data')
    masks, listed = root / 'SegmentationClass', root / 'ImageSets/Segmentation/own.txt'
    (masks / 'a b').mkdir()
    for number, name in enumerate(('photo 1', 'photo 2', 'a b/x.y')):
        (masks / f'2007_00000{number}.png').rename(masks / f'{name}.png')
    listed.write_text('photo 1\nphoto 2\n./a b/x.y\n')
    status, shown = run(capsys, root, '--out', tmp_path / 'out', '--list', 'own', '--workers', 1)
    assert status == 0, shown.err
    points = read_points([tmp_path / 'out/points.json'])
    assert set(points) == {'photo 1', 'photo 2', 'a b/x.y'}
    for name in points:
        mask = np.asarray(Image.open(masks / f'{name}.png'))
        boxes = read_voc_boxes(tmp_path / f'out/Boxes/{name}.xml', IDS.names, mask.shape)
        np.testing.assert_array_equal(fill_boxes(boxes, mask.shape), mask)
    listed.write_text('../SegmentationClass/photo 2\n')
    status, shown = run(capsys, root, '--out', tmp_path / 'other', '--list', 'own', '--workers', 1)
    assert status == 1 and re.search(message_names('../SegmentationClass/photo 2'), shown.err)
    assert not list(tmp_path.rglob('SegmentationClass/*.xml'))


def test_a_list_that_does_not_exist(tmp_path, capsys):
    root = write_tiny_voc(tmp_path / 'data')
    status, shown = run(capsys, root, '--out', tmp_path / 'out', '--list', 'test')
    assert status == 1 and 'test.txt' in shown.err
    assert run(capsys, root, '--out', tmp_path / 'out', '--workers', 0)[0] == 2
