"""Boxes as annotations."""
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch

from mmwsss.datasets.label_ids import ClassIds
from mmwsss.datasets.strokes import coco_boxes_of, read_coco_boxes, read_voc_boxes
from mmwsss.models.local_refinements import LocalRefinement
from mmwsss.pseudo_labels.strokes import Box, cut_boxes, fill_boxes, keep_agreed
from mmwsss.registry import ANNOTATIONS
from mmwsss.utils.errors import InputError

from .annotations import Annotations, entry_of, file_of, single_source

METHODS: dict[str, Callable[[np.ndarray, Sequence[Box]], np.ndarray]] = dict(
    grabcut=cut_boxes, fill=lambda image, found: fill_boxes(found, image.shape[:2]))


@ANNOTATIONS.register_module()
def boxes(sources: Sequence[Path], ids: ClassIds, method: str = 'grabcut',
          refinement: LocalRefinement | None = None) -> Annotations:
    """Boxes in a folder of `<id>.xml` (VOC) or in a JSON file (COCO).

    Args:
        sources: the folder or the file.
        ids: of the classes.
        method: one of :data:`METHODS`: `'grabcut'`, see :func:`cut_boxes`, or `'fill'`, see :func:`fill_boxes`.
        refinement: local refinement; pixels in boxes where it gives another label become unlabelled.
    """
    if method not in METHODS:
        raise InputError(f'method={method!r} is unknown. Known are {", ".join(METHODS)}.')
    place = single_source(sources, 'boxes', 'a folder or a file')
    draw = partial(_draw_boxes, ids=ids, method=method, refinement=refinement)
    if place.is_dir():
        return Annotations(partial(file_of, place, ('.xml', )), draw)
    return Annotations(partial(entry_of, str(place), read_coco_boxes(place)), draw)


def _draw_boxes(given: Path | tuple[str, Any], image: np.ndarray, ids: ClassIds, method: str,
                refinement: LocalRefinement | None) -> np.ndarray:
    size = image.shape[:2]
    found = (read_voc_boxes(given, ids.names, size) if isinstance(given, Path) else
             coco_boxes_of(given[1], ids.names, size, given[0]))
    labels = METHODS[method](image, found)
    if refinement is not None:
        labels = _confirmed(image, labels, found, refinement)
    return np.where(labels == 0, np.uint8(ids.background), labels)  # boxes draw it as 0


def _confirmed(image: np.ndarray, labels: np.ndarray, found: Sequence[Box], refinement: LocalRefinement) -> np.ndarray:
    """Labels that a local refinement confirms; unlabelled pixels take part in it as a class of their own."""
    values, compact = np.unique(labels, return_inverse=True)
    refined = refinement.refine_labels(torch.from_numpy(image.transpose(2, 0, 1).copy()),
                                       torch.from_numpy(compact.reshape(labels.shape)), len(values))
    return keep_agreed(labels, values[refined.numpy()], found)
