"""A tiny data set in VOC's layout: coloured rectangles, one colour per class."""
import json
from pathlib import Path

import numpy as np
from mmseg.datasets import PascalVOCDataset
from PIL import Image

CLASSES = PascalVOCDataset.METAINFO['classes']
PALETTE = np.array(PascalVOCDataset.METAINFO['palette'], dtype=np.uint8)


def write_tiny_voc(root: Path, classes=CLASSES[1:], images: int = 6, size=(48, 64)) -> Path:
    """Write images, masks, lists and image-level labels.

    Args:
        root: the data set's folder.
        classes: names of VOC that occur, in turn.
        images: how many; every list holds them all.
        size: height and width.

    Returns:
        `root`.
    """
    draw = np.random.default_rng(0)
    for folder in ('JPEGImages', 'SegmentationClass', 'ImageSets/Segmentation'):
        (root / folder).mkdir(parents=True, exist_ok=True)
    labels = {}
    for index in range(images):
        image = draw.integers(0, 60, (*size, 3), dtype=np.uint8)
        mask = np.zeros(size, np.uint8)
        names = [classes[(2 * index + step) % len(classes)] for step in range(2)]
        for step, name in enumerate(names):
            top, left = draw.integers(0, size[0] // 2), step * size[1] // 2
            area = (slice(top, top + size[0] // 2), slice(left, left + size[1] // 3))
            mask[area] = CLASSES.index(name)
            image[area] = PALETTE[CLASSES.index(name)]
        name = f'2007_{index:06d}'
        Image.fromarray(image).save(root / 'JPEGImages' / f'{name}.jpg')
        image = Image.fromarray(mask)
        image.putpalette(PALETTE.flatten().tolist())
        image.save(root / 'SegmentationClass' / f'{name}.png')
        labels[name] = sorted(set(names))
    for split in ('train', 'train_aug', 'val'):
        (root / 'ImageSets/Segmentation' / f'{split}.txt').write_text('\n'.join(labels) + '\n')
    (root / 'image_labels.json').write_text(json.dumps(labels))
    return root
