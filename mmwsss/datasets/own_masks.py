"""Checks of the masks of a new data set, by themselves and against the labels."""
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from mmwsss.utils.errors import InputError
from mmwsss.utils.progress import track

from .transforms.load_mask import read_mask


def check_masks(paths: Mapping[str, str], sizes: Mapping[str, tuple[int, int]], classes: Sequence[str],
                labels: Mapping[str, Sequence[str]]) -> list[str]:
    """Check sizes and values of masks, and compare their classes with the labels.

    Labels and masks disagree on a class if fewer than half of the images that are labelled with it have pixels of it.
    If they disagree on half of the classes or more, the numbers of the masks mean something else (0 and 255 for object
    and background, another order): an error. A smaller part, and pixels of a class that the labels of most of these
    images lack (labels may be incomplete), are remarks.

    Args:
        paths: by id.
        sizes: height and width of the images by id.
        classes: all classes, the background first.
        labels: names of the classes of each image, by id.

    Returns:
        Remarks: classes without a single pixel, and those on which masks and labels disagree.

    Raises:
        InputError: a mask cannot be decoded, has another size than its image, or a value that is no class; or masks
            and labels disagree.
    """
    numbers = ', '.join(f'{number} {label}' for number, label in enumerate(classes))
    with_pixels, labelled, both = Counter[str](), Counter[str](), Counter[str]()
    values_of_all: set[int] = set()
    for name, path in track(paths.items(), 'masks', len(paths)):
        values = np.unique(read_mask(path, sizes[name], image=name)).astype(np.int64)
        strange = values[(values < 0) | ((values >= len(classes)) & (values != 255))]
        if len(strange):
            raise InputError(f'The mask {path} contains the value {strange[0]}, which is neither a class nor 255 '
                             f'(ignored). The classes are {numbers}. Correct the masks, or the order with --classes.')
        values_of_all.update(values.tolist())
        there = {classes[value] for value in values if value != 255}
        with_pixels.update(there)
        labelled.update(set(labels[name]))
        both.update(there & set(labels[name]))
    missed = {label: f'of {count} images labelled {label}, {both[label]} have pixels of it ({classes.index(label)}) in '
              'their mask' for label, count in labelled.items() if 2 * both[label] < count}
    if missed and 2 * len(missed) >= len(labelled):
        ignored = (' The masks contain only 0 and 255, and 255 stands for ignored pixels.'
                   if values_of_all <= {0, 255} else '')
        raise InputError(f'Masks and labels disagree: {"; ".join(list(missed.values())[:3])}.{ignored} The numbers in '
                         f'masks are {numbers}. Correct the masks, or give the order of their classes with --classes.')
    notes = [f'{text}: numbers in masks are {numbers}' for text in missed.values()]
    notes += [f'{label} has no pixel in any mask' for label in classes if not with_pixels[label]]
    return notes + [f'of {with_pixels[label]} images with pixels of {label} in their mask, {both[label]} are labelled '
                    f'{label}' for label in classes[1:] if 2 * both[label] < with_pixels[label]]
