"""The sample's folder: images, masks, lists, weak labels, and a stamp that identifies the sample.

Scribbles, points and boxes of the training images are derived from the masks.
"""
from pathlib import Path

import numpy as np
from mask_strokes.write import write_strokes
from PIL import Image
from voc_layout import CLASSES, IMAGES, LABELS, LISTS, MASKS, VOID, write_labels, write_list

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.errors import InputError
from mmwsss.utils.json_file import write_json
from mmwsss.utils.palette_png import write_palette_png
from mmwsss.utils.progress import ProgressBar
from mmwsss.utils.provenance import read_json_object

from .scene import SPLITS, draw_image

# Increase it when the same parameters give other images than before.
VERSION = 2
STAMP = 'sample.json'


def write_sample(out: Path, train: int, val: int, size: int, seed: int) -> int:
    """Write the sample, or only its missing files.

    Args:
        out: the folder, see :func:`claim_folder`.
        train: number of training images.
        val: number of validation images.
        size: longer side of the images in pixels.
        seed: random seed.

    Returns:
        The number of images drawn; 0 if the sample was complete.
    """
    parameters = dict(sample='mmwsss', version=VERSION, train=train, val=val, size=size, seed=seed)
    claim_sample(out, parameters)
    lists = {split: [image_id(split, index) for index in range(parameters[split])] for split in SPLITS}
    labels, count = {}, 0
    with ProgressBar('Drawing', train + val) as bar:
        for split, ids in lists.items():
            for index, name in enumerate(ids):
                labels[name], drawn = write_image(out, split, index, parameters)
                count += drawn
                bar.advance()
    for split, ids in dict(lists, train_aug=lists['train']).items():
        write_list(out / LISTS / f'{split}.txt', ids)
    write_labels(out / LABELS, labels)
    write_strokes(out / MASKS, lists['train'], out)
    return count


def write_image(out: Path, split: str, index: int, parameters: dict) -> tuple[list[str], bool]:
    """Draw an image and its mask, unless both exist and can be read.

    Returns:
        The classes in the mask, and whether the image was drawn.
    """
    name = image_id(split, index)
    image_path, mask_path = out / IMAGES / f'{name}.jpg', out / MASKS / f'{name}.png'
    drawn = False
    mask = read_mask(image_path, mask_path)
    if mask is None:
        drawn = True
        image, mask = draw_image(index, split, parameters['size'], parameters['seed'])
        write_palette_png(mask_path, mask)
        with atomic_path(image_path) as temporary:
            Image.fromarray(image).save(temporary, quality=90)
    return [CLASSES[value] for value in np.unique(mask) if value not in (0, VOID)], drawn


def read_mask(image_path: Path, mask_path: Path) -> np.ndarray | None:
    """The mask of an earlier run; `None` if it or its image is missing or damaged."""
    try:
        with Image.open(image_path) as image, Image.open(mask_path) as mask:
            image.load()
            return np.array(mask)
    except (OSError, SyntaxError):  # PIL's errors for damaged files
        return None


def image_id(split: str, index: int) -> str:
    """The id of an image."""
    return f'{split}_{index:04d}'


def claim_sample(out: Path, parameters: dict) -> None:
    """Write the stamp into a folder before any image.

    Args:
        out: a folder that is new, empty, or contains this sample or a part of it.
        parameters: everything that determines the images.

    Raises:
        InputError: the folder has other contents, or a sample with other parameters.
    """
    stamp = out / STAMP
    if out.exists() and not out.is_dir():
        raise InputError(f'{out} is a file. Choose a folder for the sample.')
    if not stamp.is_file():
        # Hidden files are ignored: a killed run may have left one.
        others = sorted(path.name for path in out.glob('[!.]*'))
        if others:
            raise InputError(f'{out} contains other files ({others[0]}). Choose a new folder for the sample.')
        write_json(stamp, parameters, indent=None)
        return
    found = read_json_object(stamp, 'Choose another folder, or delete this one.')
    if found != parameters:
        raise InputError(f'{out} contains a sample with other parameters ({found}, not {parameters}). Choose another '
                         'folder, or delete this one.')
