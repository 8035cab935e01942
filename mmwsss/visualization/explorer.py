"""The content of a report's interactive part: what each stage says about each pixel, small enough to embed.

The page compares scores with a background threshold. Of a score it needs only how many of the curve's thresholds are
below it: one byte, from which the mask at each of these thresholds follows exactly.
"""
import base64
import math
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

STEPS = 255  # thresholds that a byte can tell apart
THRESHOLDS = tuple(percent / 100 for percent in range(100))  # where no curve names any
USUAL = 0.25  # the threshold to start with where none was measured


@dataclass(frozen=True)
class PixelMap:
    """What a stage says about each pixel of an image.

    Attributes:
        labels: `(H, W)` classes 0..C-1, or 255 for none; with scores, the strongest class without background.
        scores: `(H, W)` float32 in [0, 1] of that class; up to the background threshold a pixel is background. `None`
            for labels that do not depend on a threshold.
    """
    labels: np.ndarray
    scores: np.ndarray | None = None


@dataclass(frozen=True)
class Layer:
    """The maps of one stage.

    Attributes:
        title: of the stage.
        maps: one per image; `None` where the stage has none.
        curve: from :func:`curve_data`, of scores that were measured at every threshold.
    """
    title: str
    maps: Sequence[PixelMap | None]
    curve: Mapping[str, Any] | None = None

    @property
    def scored(self) -> bool:
        """Whether its masks depend on the background threshold."""
        return any(entry is not None and entry.scores is not None for entry in self.maps)

    @property
    def thresholds(self) -> Sequence[float]:
        """Those that the page offers."""
        return self.curve['thresholds'] if self.curve else THRESHOLDS


def explorer_data(layers: Sequence[Layer], pairs: Sequence[tuple[str, str]], truth: str | None,
                  sizes: Sequence[tuple[int, int]], present: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Everything that the page's script reads, as JSON can hold it.

    Args:
        layers: of the stages, in their order.
        pairs: titles of two layers whose disagreement is shown; those with scores count while they are chosen.
        truth: title of the layer with the ground truth; `None` without masks.
        sizes: height and width of each image on the page, to which its maps are reduced.
        present: classes of each image.
    """
    place = {layer.title: index for index, layer in enumerate(layers)}
    return dict(
        layers=[dict(title=layer.title, scored=layer.scored, curve=layer.curve, thresholds=list(layer.thresholds),
                     start=_start(layer)) for layer in layers],
        pairs=[[place[first], place[second]] for first, second in pairs],
        truth=None if truth is None else place[truth],
        images=[dict(size=list(size), classes=list(classes),
                     maps=[_packed_map(layer.maps[index], layer.thresholds, size) for layer in layers])
                for index, (size, classes) in enumerate(zip(sizes, present, strict=True))])


def curve_data(curve: Mapping[str, Any]) -> dict[str, Any]:
    """What the page shows of the JSON file of a `CAMIoUMetric`.

    Args:
        curve: the file; without masks it has neither `mIoU`, `IoU` nor `best`.

    Returns:
        `thresholds` (at most 255 of them), and at each the percentage of `foreground` pixels, `mIoU` and `IoU` by class
        or `None`; `best` and `auto` are indices or `None`; `images` is their number.
    """
    every = math.ceil(len(curve['thresholds']) / STEPS)
    pixels = np.array(curve['score_histogram']['pixels'], dtype=np.float64)
    foreground = 100 * (1 - pixels.cumsum()[:-1] / pixels.sum())
    thresholds = curve['thresholds'][::every]
    chosen = {key: int(np.abs(np.array(thresholds) - curve[key]['thr']).argmin()) if key in curve else None
              for key in ('best', 'auto')}
    return dict(thresholds=thresholds, foreground=[round(value, 4) for value in foreground[::every].tolist()],
                mIoU=curve['mIoU'][::every] if 'mIoU' in curve else None,
                IoU=[values[::every] for values in curve['IoU'].values()] if 'IoU' in curve else None,
                images=curve['num_pictures'], **chosen)


def levels_of(scores: np.ndarray, thresholds: Sequence[float]) -> np.ndarray:
    """How many thresholds are below each score: `score > thresholds[i]`, in float32, is `level > i`.

    Args:
        scores: any shape.
        thresholds: at most 255, increasing.

    Returns:
        uint8 of the same shape.
    """
    bounds = np.asarray(thresholds, np.float32)
    return np.searchsorted(bounds, scores.astype(np.float32), side='left').astype(np.uint8)


def packed(values: np.ndarray) -> str:
    """Compress bytes: differences of neighbours modulo 256, by zlib, in base64.

    Args:
        values: uint8 of any shape, row by row.
    """
    return base64.b64encode(zlib.compress(np.diff(values.ravel(), prepend=np.uint8(0)).tobytes(), 9)).decode()


def _packed_map(entry: PixelMap | None, thresholds: Sequence[float], size: tuple[int, int]) -> dict[str, str] | None:
    if entry is None:
        return None
    found = dict(labels=packed(_reduced(entry.labels.astype(np.uint8), size)))
    if entry.scores is not None:
        found['levels'] = packed(levels_of(_reduced(entry.scores.astype(np.float32), size), thresholds))
    return found


def _reduced(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Single pixels in place of averages, so that a reduced mask has the classes of its pixels."""
    return cv2.resize(values, size[::-1], interpolation=cv2.INTER_NEAREST)


def _start(layer: Layer) -> int:
    """The threshold to start with: the best one, the label-free one, or a usual one."""
    for key in ('best', 'auto'):
        if layer.curve and layer.curve[key] is not None:
            return layer.curve[key]
    return int(np.abs(np.array(layer.thresholds) - USUAL).argmin())
