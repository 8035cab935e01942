"""A tiny data set in VOC's layout, with the classes of VOC or another data set: coloured rectangles."""
import json
from pathlib import Path

import numpy as np
from mmseg.datasets import PascalVOCDataset
from PIL import Image

from mmwsss.utils.palette_png import voc_palette

CLASSES = PascalVOCDataset.METAINFO['classes']
PALETTE = voc_palette()


def write_tiny_voc(root: Path, classes=CLASSES[1:], images: int = 6, size=(48, 64), ids=CLASSES,
                   image_folder: str = 'JPEGImages') -> Path:
    """Write images, masks, lists and image-level labels.

    Args:
        root: the data set's folder.
        classes: names that occur, in turn.
        images: how many; every list holds them all.
        size: height and width.
        ids: all classes of the data set, with the background, in the order of the masks' ids.
        image_folder: below the root.

    Returns:
        `root`.
    """
    draw = np.random.default_rng(0)
    for folder in (image_folder, 'SegmentationClass', 'ImageSets/Segmentation'):
        (root / folder).mkdir(parents=True, exist_ok=True)
    labels = {}
    for index in range(images):
        image = draw.integers(0, 60, (*size, 3), dtype=np.uint8)
        mask = np.zeros(size, np.uint8)
        names = [classes[(2 * index + step) % len(classes)] for step in range(2)]
        for step, name in enumerate(names):
            top, left = draw.integers(0, size[0] // 2), step * size[1] // 2
            area = (slice(top, top + size[0] // 2), slice(left, left + size[1] // 3))
            mask[area] = ids.index(name)
            image[area] = PALETTE[ids.index(name)]
        name = f'2007_{index:06d}'
        Image.fromarray(image).save(root / image_folder / f'{name}.jpg')
        image = Image.fromarray(mask)
        image.putpalette(PALETTE.flatten().tolist())
        image.save(root / 'SegmentationClass' / f'{name}.png')
        labels[name] = sorted(set(names))
    for split in ('train', 'train_aug', 'val'):
        (root / 'ImageSets/Segmentation' / f'{split}.txt').write_text('\n'.join(labels) + '\n')
    (root / 'image_labels.json').write_text(json.dumps(labels))
    return root
