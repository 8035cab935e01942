"""Writing COCO's masks, lists and image-level labels."""
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from voc_layout import LABELS, LISTS, MASKS, VOID, read_labels, write_labels, write_list, write_text

from mmwsss.utils.coco import NAMES
from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.palette_png import write_palette_png
from mmwsss.utils.provenance import file_mark
from mmwsss.utils.worker_pool import run_parallel

from .annotations import AnnotatedImage, Annotations, Instance, read_annotations
from .shapes import ShapeError, decode_shape

DONE, PRESENT = 'written', 'present'
COUNTS = {'train2014': 82081, 'val2014': 40137}  # images with an annotation


def prepare(root: Path, splits: Sequence[str], workers: int) -> None:
    """Write masks, lists and labels of all splits; good masks of the same annotations are kept.

    Args:
        root: folder with `annotations` and one image folder for each split.
        splits: names of image folders.
        workers: processes.

    Raises:
        InputError: annotations or images are missing or damaged; all other masks are written.
    """
    labels = read_labels(root / LABELS) if (root / LABELS).is_file() else {}
    classes: tuple[str, ...] | None = None
    for split in splits:
        print(f'{split}: reading the annotations', flush=True)
        source = root / 'annotations' / f'instances_{split}.json'
        found = read_annotations(source)
        if classes not in (None, found.classes):
            raise InputError(f'The annotations of {split} have other categories than those of {splits[0]}. Take both '
                             'from the same archive.')
        classes = found.classes
        since = mark_start(root / MASKS / f'{split}_made_from.txt', source)
        labels.update(prepare_split(root, split, found, workers, since))
        write_labels(root / LABELS, labels)
    if classes is not None and classes != NAMES:
        print('These are not the 80 classes of COCO. In the config of your data set, use type=\'ImageLabelDataset\' '
              f'and metainfo=dict(classes={("background", *classes)}).')


def mark_start(stamp: Path, source: Path) -> int:
    """When masks of these annotations were first begun, in ns since 1970: older masks are of other annotations.

    Args:
        stamp: file that holds a digest of the annotations; written anew only if they changed.
        source: the annotations.
    """
    write_text(stamp, f'{file_mark(source)}\n')
    return stamp.stat().st_mtime_ns


def prepare_split(root: Path, split: str, found: Annotations, workers: int, since: int) -> dict[str, list[str]]:
    """Write the masks, if older than `since`, and the list of a split; return the labels of its images."""
    images = [image for image in found.images if image.instances]
    if not images:
        raise InputError(f'No image of {split} has an annotation. Take an instances_*.json with annotations.')
    check_images(root / split, images)
    if len(images) != COUNTS.get(split, len(images)):
        print(f'{split}: {len(images)} images have annotations, but {COUNTS[split]} in the published ones.')
    tasks = [(str(root / split / image.file_name), str(root / MASKS / f'{image_id(split, image)}.png'), image, since)
             for image in images]
    results = list(run_parallel(f'Masks of {split}', write_mask, tasks, workers))
    errors = [result for result in results if result not in (DONE, PRESENT)]
    print(f'{split}: {results.count(DONE)} masks written, {results.count(PRESENT)} existed already; '
          f'{len(found.images) - len(images)} images without annotations are left out')
    if errors:
        raise InputError(f'{len(errors)} of {len(images)} masks of {split} could not be written: '
                         f'{"; ".join(errors[:5])}{"; ..." if len(errors) > 5 else ""}. Unpack the images and '
                         'annotations again; all other masks are done.')
    write_list(root / LISTS / f'{split.removesuffix("2014")}.txt', [image_id(split, image) for image in images])
    return {image_id(split, image): [found.classes[label - 1] for label in
                                     sorted({instance.label for instance in image.instances})] for image in images}


def image_id(split: str, image: AnnotatedImage) -> str:
    """The image's path below the data folder, without suffix."""
    return f'{split}/{os.path.splitext(image.file_name)[0]}'


def check_images(folder: Path, images: Sequence[AnnotatedImage]) -> None:
    """Check that all images exist, by one listing of each folder.

    Raises:
        InputError: the folder or images are missing.
    """
    if not folder.is_dir():
        raise InputError(f'The image folder {folder} does not exist. Unpack {folder.name}.zip from the home page of '
                         'MS COCO there.')
    present = {below: set(os.listdir(folder / below)) if (folder / below).is_dir() else set()
               for below in {os.path.dirname(image.file_name) for image in images}}
    absent = [image.file_name for image in images
              if os.path.basename(image.file_name) not in present[os.path.dirname(image.file_name)]]
    if absent:
        raise InputError(f'{len(absent)} of {len(images)} annotated images are not in {folder}, e.g. '
                         f'{first_names(absent)}. Unpack {folder.name}.zip again.')


def write_mask(task: tuple[str, str, AnnotatedImage, int]) -> str:
    """Write one mask.

    Args:
        task: paths of the image and of the PNG to write, the annotations, and the time before which a PNG is outdated.

    Returns:
        `DONE`, `PRESENT`, or an error message. Nothing is raised, so one bad image does not stop the others.
    """
    path, target, image, since = task
    size = (image.width, image.height)
    try:
        with Image.open(path) as file:
            if file.size != size:
                return f'{path} has the size {file.size}, but its annotation says {size}'
    except (OSError, SyntaxError) as error:
        return f'{path} cannot be read ({type(error).__name__})'
    if _is_good(target, size, since):
        return PRESENT
    try:
        write_palette_png(target, draw_mask(image.instances, image.height, image.width))
    except ShapeError as error:
        return f'{path} has {error}'
    return DONE


def draw_mask(instances: Sequence[Instance], height: int, width: int) -> np.ndarray:
    """The semantic mask of an image.

    Where instances overlap, the one with the smaller area is on top, as in coco2voc, which the field uses. Crowds are
    void where no instance lies on them; coco2voc counts them as their class.

    Args:
        instances: of the image.
        height, width: of the image.

    Returns:
        `(H, W)` uint8: 0 background, 1 to C classes, 255 void.

    Raises:
        ShapeError: a segmentation does not fit the image.
    """
    mask = np.zeros((height, width), dtype=np.uint8)
    for instance in sorted(instances, key=lambda one: (not one.crowd, -one.area)):
        mask[decode_shape(instance.segmentation, height, width)] = VOID if instance.crowd else instance.label
    return mask


def _is_good(path: str, size: tuple[int, int], since: int) -> bool:
    """Whether a mask exists with this size, not older; masks are written atomically, so its header is enough."""
    try:
        if os.stat(path).st_mtime_ns < since:
            return False
        with Image.open(path) as file:
            return file.size == size and file.mode == 'P'
    except (OSError, SyntaxError):
        return False
