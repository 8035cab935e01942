"""From scribbles, points or boxes to a segmentor.

Lin, Dai, Jia, He, Sun: ScribbleSup, CVPR 2016; Bearman, Russakovsky, Ferrari, Fei-Fei: What's the Point, ECCV 2016;
Khoreva, Benenson, Hosang, Hein, Schiele: Simple Does It, CVPR 2017. These recipes run their supervision with today's
parts, not their procedures.
"""
from collections.abc import Mapping, Sequence
from typing import Any

from mmwsss.registry import RECIPES

from .parts import REPORT, segmentor_of_labels, trainings


@RECIPES.register_module()
def scribbles(scribbles: str, segmentor: str, width: int = 3, crf: bool | Mapping[str, Any] = False,
              network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Scribbles, drawn as label maps; a segmentor learns from the labelled pixels; test, report.

    Args:
        scribbles: folder of `<id>.xml` (ScribbleSup), or of `<id>.png` that are drawn already.
        segmentor: config of the network.
        width: of the lines in pixels.
        crf: test the segmentor once more, with a local refinement: `True` for a DenseCRF, or its config.
        network_options: `--cfg-options` by network, here of `'segmentor'`.

    Returns:
        The settings of 4 or 5 stages.
    """
    return _from_strokes('scribbles', scribbles, segmentor, dict(width=width), crf, network_options)


@RECIPES.register_module()
def points(points: str | Sequence[str], segmentor: str, width: int = 3, crf: bool | Mapping[str, Any] = False,
           network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Points, drawn as dots; a segmentor learns from the labelled pixels; test, report.

    Args:
        points: JSON file of What's the Point, or several whose points add up.
        segmentor, crf, network_options: see :func:`scribbles`.
        width: of the dots in pixels.

    Returns:
        The settings of 4 or 5 stages.
    """
    return _from_strokes('points', points, segmentor, dict(width=width), crf, network_options)


@RECIPES.register_module()
def boxes(boxes: str, segmentor: str, method: str = 'grabcut', refine: Mapping[str, Any] | None = None,
          crf: bool | Mapping[str, Any] = False,
          network_options: Mapping[str, Mapping[str, Any]] | None = None) -> list[dict[str, Any]]:
    """Boxes, objects in them as pseudo labels, segmentor, test, report.

    Args:
        boxes: folder of `<id>.xml` (VOC), or a JSON file (COCO).
        method: `'grabcut'`, or `'fill'` for whole boxes.
        refine: config of a local refinement, e.g. `dict(type='DenseCRF')`: where it disagrees, pixels are unlabelled.
        segmentor, crf, network_options: see :func:`scribbles`.

    Returns:
        The settings of 4 or 5 stages.
    """
    return _from_strokes('boxes', boxes, segmentor, dict(method=method, refine=refine), crf, network_options)


def _from_strokes(kind: str, source: str | Sequence[str], segmentor: str, settings: Mapping[str, Any],
                  crf: bool | Mapping[str, Any],
                  options: Mapping[str, Mapping[str, Any]] | None) -> list[dict[str, Any]]:
    trained = trainings(dict(segmentor=segmentor), options)
    return [
        dict(type='StrokeLabels', name='pseudo_labels', kind=kind, source=source, config='segmentor',
             settings=dict(settings)),
        *segmentor_of_labels(trained, crf, title=f'Training from {kind}'),
        REPORT]
