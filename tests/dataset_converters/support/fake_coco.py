"""A small data set in COCO's form, and its masks as they should become."""
import json
from pathlib import Path

import numpy as np
from PIL import Image

from mmwsss.utils.coco import NAMES

SIZE = (20, 30)  # height, width
CATEGORY_IDS = [number for number in range(1, 91) if number not in (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)]


def rectangle(left: int, top: int, right: int, bottom: int) -> list[list[float]]:
    """A polygon that encloses the pixels left..right - 1, top..bottom - 1."""
    return [[left, top, right, top, right, bottom, left, bottom]]


def runs(mask: np.ndarray) -> dict:
    """Uncompressed run lengths."""
    flat = mask.T.flatten()
    changes = np.flatnonzero(np.diff(flat)) + 1
    counts = np.diff([0, *changes, flat.size]).tolist()
    return dict(size=list(mask.shape), counts=[0, *counts] if flat[0] else counts)


def box(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    """The mask of :func:`rectangle`."""
    mask = np.zeros(SIZE, dtype=bool)
    mask[top:bottom, left:right] = True
    return mask


def annotation(number: int, image: int, name: str, segmentation, area: float, crowd: int = 0) -> dict:
    """An entry of `annotations`."""
    return dict(id=number, image_id=image, category_id=CATEGORY_IDS[NAMES.index(name)], segmentation=segmentation,
                area=area, iscrowd=crowd, bbox=[0, 0, 1, 1])


def content(split: str) -> dict:
    """The annotations of a split: image 9 overlapping, 25 a crowd below a person, 30 empty, 31 only a crowd."""
    names = {number: f'COCO_{split}_{number:012d}.jpg' for number in (30, 9, 25, 31)}
    return dict(
        info={}, licenses=[],
        images=[dict(id=number, file_name=name, height=SIZE[0], width=SIZE[1]) for number, name in names.items()],
        categories=[dict(id=number, name=name, supercategory='x')
                    for number, name in zip(CATEGORY_IDS, NAMES, strict=True)],
        annotations=[
            annotation(1, 9, 'cup', rectangle(4, 4, 8, 8), 16),  # smaller, first: still on top
            annotation(2, 9, 'dining table', rectangle(0, 2, 20, 12) + rectangle(22, 2, 25, 5), 209),
            annotation(3, 25, 'person', rectangle(10, 0, 14, 6), 24),
            annotation(4, 25, 'person', runs(box(2, 3, 28, 9)), 5, 1),  # the area of a crowd does not count
            annotation(5, 25, 'toothbrush', rectangle(0, 15, 5, 17), 10),
            annotation(6, 31, 'sheep', runs(box(0, 0, 30, 20)), 600, 1)])


def expected_masks() -> dict[int, np.ndarray]:
    """The masks by image."""
    masks = {number: np.zeros(SIZE, dtype=np.uint8) for number in (9, 25, 31)}
    masks[9][box(0, 2, 20, 12) | box(22, 2, 25, 5)] = 61
    masks[9][box(4, 4, 8, 8)] = 42
    masks[25][box(2, 3, 28, 9)] = 255
    masks[25][box(10, 0, 14, 6)] = 1
    masks[25][box(0, 15, 5, 17)] = 80
    masks[31][:] = 255
    return masks


def write_fake_coco(root: Path, splits=('train2014', 'val2014')) -> Path:
    """Write images and annotations."""
    (root / 'annotations').mkdir(parents=True)
    for split in splits:
        made = content(split)
        (root / 'annotations' / f'instances_{split}.json').write_text(json.dumps(made))
        (root / split).mkdir()
        for image in made['images']:
            Image.new('RGB', SIZE[::-1], (image['id'], 90, 30)).save(root / split / image['file_name'])
    return root
