"""Problems that the check finds."""
import json
import re

import numpy as np
import pytest
from converter_runs import snapshot
from fake_voc import IMAGES, SHAPE, TRAIN, VAL, jpeg, png
from message_names import message_names
from PIL import Image
from voc_2012.check import check


def test_check_passes_what_was_prepared(root, capsys):
    # The fake SBD's masks are noise: classes without a label only give a warning.
    capsys.readouterr()
    assert check(root, workers=1)
    captured = capsys.readouterr()
    rows = {line.split()[0]: line.split() for line in captured.out.splitlines() if line}
    assert rows['train'] == ['train', '2', '1464', '2', '2', 'SegmentationClass', '2', '2', '2']
    assert rows['train_aug'] == ['train_aug', '4', '10582', '4', '4', 'SegmentationClassAug', '4', '4', '2']
    assert rows['val'] == ['val', '1', '1449', '1', '1', 'SegmentationClass', '1', '1', '1']
    assert re.search(message_names('warning', 2, '2008_000001'), captured.err)


def damage_image(root):
    (root / 'JPEGImages/2008_000001.jpg').write_bytes(jpeg()[:200])
    return 'image', 1, '2008_000001.jpg'


def remove_image(root):
    (root / 'JPEGImages/2008_000001.jpg').unlink()
    return 'image', 1, '2008_000001.jpg'


def remove_mask(root):
    (root / 'SegmentationClass/2007_000003.png').unlink()
    (root / 'SegmentationClassAug/2007_000003.png').unlink()
    return 'mask', 1, '2007_000003.png'


def write_colour_mask(root):
    Image.new('RGB', SHAPE[::-1]).save(root / 'SegmentationClass/2007_000003.png')
    return 'mask', 1, '2007_000003.png'


def write_strange_values(root):
    (root / 'SegmentationClass/2007_000003.png').write_bytes(png(np.full(SHAPE, 77, np.uint8)))
    return 'mask', 1, '2007_000003.png', 'VOC'


def enlarge_mask(root):
    (root / 'SegmentationClass/2007_000003.png').write_bytes(png(np.zeros((13, 20), np.uint8)))
    return 'size', 1, '2007_000003', (20, 12), (20, 13)


def remove_label(root):
    (root / 'image_labels.json').write_text(json.dumps({name: ['cat'] for name in IMAGES[1:]}))
    return 'labels', 1, '2007_000001'


def remove_labels(root):
    (root / 'image_labels.json').unlink()
    return ('image_labels.json', )


def train_on_val(root):
    (root / 'ImageSets/Segmentation/train_aug.txt').write_text('\n'.join([*TRAIN, *VAL]))
    return 1, 'train_aug', 'val', '2007_000003'


def name_twice(root):
    (root / 'ImageSets/Segmentation/train.txt').write_text('\n'.join([*TRAIN, TRAIN[0]]))
    return 'train', 1


@pytest.mark.parametrize('damage', [damage_image, remove_image, remove_mask, write_colour_mask,
                                    write_strange_values, enlarge_mask, remove_label, remove_labels, train_on_val,
                                    name_twice])
def test_check_finds(root, capsys, damage):
    named = damage(root)
    before = snapshot(root)
    capsys.readouterr()
    assert not check(root, workers=1)
    problems = [line for line in capsys.readouterr().err.splitlines() if line.startswith('problem: ')]
    assert len([line for line in problems if re.search(message_names(*named), line)]) == 1, problems
    assert snapshot(root) == before
