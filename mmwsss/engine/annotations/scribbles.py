"""Scribbles as annotations."""
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from mmwsss.datasets.label_ids import ClassIds
from mmwsss.datasets.strokes import read_scribbles, read_stroke_png
from mmwsss.pseudo_labels.strokes import draw_strokes
from mmwsss.registry import ANNOTATIONS
from mmwsss.utils.errors import InputError

from .annotations import Annotations, file_of, require_labelled, single_source


@ANNOTATIONS.register_module()
def scribbles(sources: Sequence[Path], ids: ClassIds, width: int = 3) -> Annotations:
    """Scribbles in a folder of `<id>.xml` (ScribbleSup) or `<id>.png` (drawn before).

    Args:
        sources: the folder.
        ids: of the classes.
        width: of the lines that are drawn, in pixels.
    """
    folder = single_source(sources, 'scribbles', 'a folder')
    if not folder.is_dir():
        raise InputError(f'{folder} is a file. scribbles are read from a folder of <id>.xml or <id>.png; give it.')
    return Annotations(partial(file_of, folder, ('.xml', '.png')), partial(_draw_scribbles, ids=ids, width=width))


def _draw_scribbles(path: Path, image: np.ndarray, ids: ClassIds, width: int) -> np.ndarray:
    size = image.shape[:2]
    labels = (read_stroke_png(path, ids.numbers, size) if path.suffix == '.png' else
              draw_strokes(read_scribbles(path, ids.names, size), size, width))
    return require_labelled(labels, str(path))
