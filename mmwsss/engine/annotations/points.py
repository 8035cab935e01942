"""Points as annotations."""
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from mmwsss.datasets.label_ids import ClassIds
from mmwsss.datasets.strokes import points_of, read_points
from mmwsss.pseudo_labels.strokes import draw_strokes
from mmwsss.registry import ANNOTATIONS

from .annotations import Annotations, entry_of, require_labelled


@ANNOTATIONS.register_module()
def points(sources: Sequence[Path], ids: ClassIds, width: int = 3) -> Annotations:
    """Points in JSON files of What's the Point.

    Args:
        sources: the files; their points add up.
        ids: of the classes.
        width: of the dots that are drawn, in pixels.
    """
    entries = read_points(sources)
    place = ', '.join(map(str, sources))
    return Annotations(partial(entry_of, place, entries), partial(_draw_points, ids=ids, width=width))


def _draw_points(given: tuple[str, list], image: np.ndarray, ids: ClassIds, width: int) -> np.ndarray:
    what, entries = given
    size = image.shape[:2]
    return require_labelled(draw_strokes(points_of(entries, ids, size, what), size, width), what)
