"""Whether a picture, its mask and its labels fit together."""
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from voc_layout.names import CLASSES, PICTURES, VOID


class Finding(NamedTuple):
    """What is the matter with a picture, its mask and its labels; empty strings where nothing is."""

    picture: str = ''
    mask: str = ''
    size: str = ''
    labels: str = ''
    classes: str = ''


def check_picture(task: tuple[str, str, str, list[str] | None]) -> Finding:
    """Check a picture.

    Args:
        task: DATA_ROOT, id, folder of masks, labels or `None`.
    """
    root, name, folder, labels = task
    picture, mask = Path(root, PICTURES, f'{name}.jpg'), Path(root, folder, f'{name}.png')
    wrong: dict[str, str] = {}
    sizes, values = {}, None
    for kind, path in (('picture', picture), ('mask', mask)):
        try:
            with Image.open(path) as image:
                image.load()
                sizes[kind] = image.size
                if kind == 'mask':
                    values = np.unique(np.asarray(image)) if image.mode in ('P', 'L') else None
                    if values is None:
                        wrong[kind] = f'{path} is no palette or grey picture ({image.mode})'
        except FileNotFoundError:
            wrong[kind] = f'{path} is missing'
        except (OSError, SyntaxError, ValueError):
            wrong[kind] = f'{path} does not decode'
    if len(sizes) == 2 and sizes['picture'] != sizes['mask']:
        wrong['size'] = f'{name}: picture {sizes["picture"]}, mask {sizes["mask"]}'
    if labels is None or not set(labels) <= set(CLASSES[1:]):
        wrong['labels'] = f'{name} has {"no labels" if labels is None else "labels that are no classes of VOC"}'
    if values is not None:
        if not np.isin(values, [*range(len(CLASSES)), VOID]).all():
            wrong['mask'] = f'{mask} has values that are no classes of VOC'
        elif labels is not None:
            beyond = [CLASSES[value] for value in values if value not in (0, VOID) and CLASSES[value] not in labels]
            wrong['classes'] = f'{name} ({", ".join(beyond)})' if beyond else ''
    return Finding(**wrong)
