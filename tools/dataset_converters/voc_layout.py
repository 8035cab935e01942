"""VOC's folder layout: classes, file names, lists and image-level labels."""
import json
import re
from collections.abc import Iterable
from pathlib import Path

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.image_ids import clean_id
from mmwsss.utils.text_file import read_text

CLASSES = ('background', 'aeroplane', 'bicycle', 'bird', 'boat', 'bottle', 'bus', 'car', 'cat', 'chair', 'cow',
           'diningtable', 'dog', 'horse', 'motorbike', 'person', 'pottedplant', 'sheep', 'sofa', 'train',
           'tvmonitor')
VOID = 255
IMAGES, ANNOTATIONS, MASKS, MASKS_AUG = 'JPEGImages', 'Annotations', 'SegmentationClass', 'SegmentationClassAug'
LISTS = Path('ImageSets', 'Segmentation')
LABELS = 'image_labels.json'


def read_list(path: Path) -> list[str]:
    """The ids in a list file, one per line; they may hold blanks.

    VOC's lists of a class have 1, 0 or -1 behind every id; this column is left out.

    Raises:
        InputError: it is not UTF-8, or cannot be read.
    """
    lines = [line.strip() for line in read_text(path).splitlines() if line.strip()]
    marked = all(re.fullmatch(r'\S+\s+(-1|0|1)', line) for line in lines)
    return [clean_id(line.split()[0] if marked else line) for line in lines]


def write_list(path: Path, ids: Iterable[str]) -> None:
    """Write a list file, one id per line."""
    write_text(path, ''.join(f'{name}\n' for name in ids))


def read_labels(path: Path) -> dict[str, list[str]]:
    """Image-level labels from JSON, `{id: [class, ...]}`; empty if the file is damaged."""
    try:
        labels = json.loads(path.read_text(encoding='utf-8'))
    except ValueError:
        return {}
    return labels if isinstance(labels, dict) else {}


def write_labels(path: Path, labels: dict[str, list[str]]) -> None:
    """Write image-level labels as JSON, one image per line."""
    lines = [f'{json.dumps(name)}: {json.dumps(classes)}' for name, classes in sorted(labels.items())]
    write_text(path, '{\n' + ',\n'.join(lines) + '\n}\n')


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically; a file with the same text stays unchanged."""
    if path.is_file() and path.read_bytes() == text.encode():
        return
    with atomic_path(path) as temporary:
        temporary.write_bytes(text.encode())
