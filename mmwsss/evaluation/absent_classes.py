"""Classes without a single pixel in all masks."""
import logging
from collections.abc import Sequence

import numpy as np
from mmengine.logging import print_log

SHOWN = 10  # names in a message


def absent_classes(pixels: Sequence[float] | np.ndarray, classes: Sequence[str]) -> str:
    """Say which classes no mask contains; a mean over the others tells less than it seems.

    Args:
        pixels: ground truth pixels of each class, ignored ones left out.
        classes: their names.

    Returns:
        A sentence; empty if all classes are there.
    """
    absent = [name for name, count in zip(classes, pixels, strict=True) if not count]
    if not absent:
        return ''
    more = f' and {len(absent) - SHOWN} more' if len(absent) > SHOWN else ''
    return (f'No mask has a pixel of {len(absent)} of {len(classes)} classes: {", ".join(absent[:SHOWN])}{more}. They '
            'do not count in means. If the images show them, check the values of the masks: 255 means ignored, so a '
            'foreground of 255 is not measured.')


def warn_of_absent_classes(pixels: Sequence[float] | np.ndarray, classes: Sequence[str]) -> None:
    """Log a warning with :func:`absent_classes`, if there is something to say."""
    text = absent_classes(pixels, classes)
    if text:
        print_log(text, 'current', logging.WARNING)
