"""Whether an image, its mask and its labels fit together."""
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from voc_layout.names import CLASSES, IMAGES, VOID


class Finding(NamedTuple):
    """What is the matter with an image, its mask and its labels; empty strings where nothing is."""

    image: str = ''
    mask: str = ''
    size: str = ''
    labels: str = ''
    classes: str = ''


def check_image(task: tuple[str, str, str, list[str] | None]) -> Finding:
    """Check an image.

    Args:
        task: DATA_ROOT, id, folder of masks, labels or `None`.
    """
    root, name, folder, labels = task
    image, mask = Path(root, IMAGES, f'{name}.jpg'), Path(root, folder, f'{name}.png')
    wrong: dict[str, str] = {}
    sizes, values = {}, None
    for kind, path in (('image', image), ('mask', mask)):
        try:
            with Image.open(path) as file:
                file.load()
                sizes[kind] = file.size
                if kind == 'mask':
                    values = np.unique(np.asarray(file)) if file.mode in ('P', 'L') else None
                    if values is None:
                        wrong[kind] = f'{path} is no palette or grey image ({file.mode})'
        except FileNotFoundError:
            wrong[kind] = f'{path} is missing'
        except (OSError, SyntaxError, ValueError):
            wrong[kind] = f'{path} does not decode'
    if len(sizes) == 2 and sizes['image'] != sizes['mask']:
        wrong['size'] = f'{name}: image {sizes["image"]}, mask {sizes["mask"]}'
    if labels is None or not set(labels) <= set(CLASSES[1:]):
        wrong['labels'] = f'{name} has {"no labels" if labels is None else "labels that are no classes of VOC"}'
    if values is not None:
        if not np.isin(values, [*range(len(CLASSES)), VOID]).all():
            wrong['mask'] = f'{mask} has values that are no classes of VOC'
        elif labels is not None:
            beyond = [CLASSES[value] for value in values if value not in (0, VOID) and CLASSES[value] not in labels]
            wrong['classes'] = f'{name} ({", ".join(beyond)})' if beyond else ''
    return Finding(**wrong)
