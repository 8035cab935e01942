"""The folder of the sample: images, masks, lists and image-level labels."""
from pathlib import Path

import numpy as np
from converter_parts.mmwsss_utils import atomic_path
from converter_parts.progress import Progress
from PIL import Image
from voc_layout.image_labels import write_labels
from voc_layout.names import CLASSES, IMAGES, LABELS, LISTS, MASKS, VOID
from voc_layout.palette import palette_image
from voc_layout.split_list import write_list

from .image import SPLITS, draw_image
from .stamp import VERSION, claim_folder


def write_sample(out: Path, train: int, val: int, size: int, seed: int) -> int:
    """Write the sample, or what is missing of it.

    Args:
        out: the folder, see :func:`claim_folder`.
        train: images of the training split.
        val: images of the validation split.
        size: longer side of the images in pixels.
        seed: another seed, other images.

    Returns:
        How many images were drawn; 0 where all was there.
    """
    parameters = dict(sample='mmwsss', version=VERSION, train=train, val=val, size=size, seed=seed)
    claim_folder(out, parameters)
    lists = {split: [image_id(split, index) for index in range(parameters[split])] for split in SPLITS}
    progress = Progress('Drawing', train + val)
    labels, count = {}, 0
    for split, ids in lists.items():
        for index, name in enumerate(ids):
            labels[name], drawn = write_image(out, split, index, parameters)
            count += drawn
            progress.step()
    for split, ids in dict(lists, train_aug=lists['train']).items():
        write_list(out / LISTS / f'{split}.txt', ids)
    write_labels(out / LABELS, labels)
    return count


def write_image(out: Path, split: str, index: int, parameters: dict) -> tuple[list[str], bool]:
    """Draw an image and its mask unless both are there and decode.

    Returns:
        The classes in the mask, and whether there was need to draw.
    """
    name = image_id(split, index)
    image_path, mask_path = out / IMAGES / f'{name}.jpg', out / MASKS / f'{name}.png'
    drawn = False
    mask = read_mask(image_path, mask_path)
    if mask is None:
        drawn = True
        image, mask = draw_image(index, split, parameters['size'], parameters['seed'])
        with atomic_path(mask_path) as temporary:
            palette_image(mask).save(temporary)
        with atomic_path(image_path) as temporary:
            Image.fromarray(image).save(temporary, quality=90)
    return [CLASSES[value] for value in np.unique(mask) if value not in (0, VOID)], drawn


def read_mask(image_path: Path, mask_path: Path) -> np.ndarray | None:
    """The mask of an earlier run; `None` where it or its image is missing or damaged."""
    try:
        with Image.open(image_path) as image, Image.open(mask_path) as mask:
            image.load()
            return np.array(mask)
    except (OSError, SyntaxError):  # PIL's words for broken files
        return None


def image_id(split: str, index: int) -> str:
    """The id of an image."""
    return f'{split}_{index:04d}'
