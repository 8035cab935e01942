"""Label maps from scribbles, points and boxes.

Lin, Dai, Jia, He, Sun: ScribbleSup: Scribble-Supervised Convolutional Networks for Semantic Segmentation, CVPR 2016.
Bearman, Russakovsky, Ferrari, Fei-Fei: What's the Point: Semantic Segmentation with Point Supervision, ECCV 2016.
Khoreva, Benenson, Hosang, Hein, Schiele: Simple Does It: Weakly Supervised Instance and Semantic Segmentation, CVPR
2017, section 3.1 (GrabCut in boxes).
"""
from collections.abc import Callable, Sequence
from typing import NamedTuple

import cv2
import numpy as np

UNLABELLED = 255


class Stroke(NamedTuple):
    """A scribble or a point: its class id, and `(P, 2)` points x, y in pixels, joined by straight lines."""

    label: int
    points: np.ndarray


class Box(NamedTuple):
    """A box: its class id, or 255 for a crowd; the first and the last pixel it covers, x and y from 0 on."""

    label: int
    left: int
    top: int
    right: int
    bottom: int

    @property
    def area(self) -> int:
        """In pixels."""
        return (self.right - self.left + 1) * (self.bottom - self.top + 1)

    @property
    def window(self) -> tuple[slice, slice]:
        """Its rows and columns."""
        return slice(self.top, self.bottom + 1), slice(self.left, self.right + 1)


def draw_strokes(strokes: Sequence[Stroke], size: tuple[int, int], width: int = 3) -> np.ndarray:
    """Draw scribbles and points into a label map.

    Parts outside of the image are left out. A pixel that strokes of two classes cover is unlabelled, and so is one
    under a stroke of label 255.

    Args:
        strokes: a single point becomes a dot of the width of the lines.
        size: height and width of the image.
        width: of the lines in pixels, at least 1.

    Returns:
        `(H, W)` uint8, 255 where there is no stroke.
    """
    width = min(width, 4 * max(size))  # covers the image; OpenCV has a limit
    result = np.full(size, UNLABELLED, dtype=np.uint8)
    claims = np.zeros(size, dtype=np.uint8)
    for label in sorted({stroke.label for stroke in strokes}):
        drawn = np.zeros(size, dtype=np.uint8)
        for stroke in strokes:
            if stroke.label == label:
                points = np.rint(stroke.points).astype(np.int32).reshape(-1, 1, 2)
                if len(points) == 1:  # OpenCV would draw more than the width
                    cv2.circle(drawn, points[0, 0].tolist(), width // 2, color=1, thickness=-1)
                else:
                    cv2.polylines(drawn, [points], isClosed=False, color=1, thickness=width)
        result[drawn == 1] = label
        claims += drawn
    result[claims > 1] = UNLABELLED
    return result


def fill_boxes(boxes: Sequence[Box], size: tuple[int, int]) -> np.ndarray:
    """Give each pixel the class of the smallest box that covers it; the rest is background.

    Of boxes of the same size, the later one wins.

    Args:
        boxes: inside of the image.
        size: height and width of the image.

    Returns:
        `(H, W)` uint8, 0 outside of all boxes.
    """
    return _draw_boxes(boxes, size, whole)


def cut_boxes(image: np.ndarray, boxes: Sequence[Box], iterations: int = 5, min_share: float = 0.05) -> np.ndarray:
    """Separate objects from the background in each box by GrabCut.

    Where objects of two boxes overlap, that of the smaller box is on top. An object that covers less than `min_share`
    of its box was not found: its whole box is unlabelled, save for smaller boxes' objects. Pixels of a box that belong
    to no object are background.

    Rother, Kolmogorov, Blake: GrabCut, SIGGRAPH 2004.

    Args:
        image: `(H, W, 3)` uint8; colour models learn from the box and from half its size around it.
        boxes: inside of the image; a box of label 255 is a crowd, which is unlabelled.
        iterations: of GrabCut.
        min_share: in [0, 1].

    Returns:
        `(H, W)` uint8: 0 background, 255 unlabelled, else classes.
    """
    failed = []

    def cut(box: Box) -> np.ndarray:
        if box.label == UNLABELLED:
            return whole(box)
        found = grab_cut(image, box, iterations)
        if found.mean() < min_share:
            failed.append(box)
            found[:] = False
        return found

    labels = _draw_boxes(boxes, image.shape[:2], cut)
    for box in failed:
        part = labels[box.window]
        part[part == 0] = UNLABELLED
    return labels


def grab_cut(image: np.ndarray, box: Box, iterations: int = 5) -> np.ndarray:
    """The object in a box by GrabCut; all of the box if nothing around it shows the background.

    Args:
        image: `(H, W, 3)` uint8.
        box: inside of the image.
        iterations: at least 1.

    Returns:
        `(h, w)` bool, the size of the box.
    """
    height, width = box.bottom - box.top + 1, box.right - box.left + 1
    top, left = max(box.top - height // 2 - 1, 0), max(box.left - width // 2 - 1, 0)
    around = np.ascontiguousarray(image[top:box.bottom + height // 2 + 2, left:box.right + width // 2 + 2])
    mask = np.full(around.shape[:2], cv2.GC_BGD, dtype=np.uint8)
    inside = slice(box.top - top, box.bottom + 1 - top), slice(box.left - left, box.right + 1 - left)
    mask[inside] = cv2.GC_PR_FGD
    components = 5  # of each colour model; OpenCV needs as many pixels
    if (mask == cv2.GC_BGD).sum() < components or height * width < components:
        return whole(box)
    cv2.setRNGSeed(0)  # its colour models start from random clusters
    try:
        cv2.grabCut(around, mask, (0, 0, 1, 1), np.zeros((1, 65)), np.zeros((1, 65)), iterations, cv2.GC_INIT_WITH_MASK)
    except cv2.error:  # one side has lost all its pixels: the colours do not separate
        return np.zeros((height, width), dtype=bool)
    return np.isin(mask[inside], (cv2.GC_FGD, cv2.GC_PR_FGD))


def keep_agreed(labels: np.ndarray, refined: np.ndarray, boxes: Sequence[Box]) -> np.ndarray:
    """Keep what a refinement confirms: pixels in boxes whose labels differ become unlabelled.

    Args:
        labels: `(H, W)` uint8.
        refined: the same after a local refinement.
        boxes: outside of them all is background for certain, whatever `refined` says.

    Returns:
        `(H, W)` uint8.
    """
    inside = fill_boxes([box._replace(label=1) for box in boxes], labels.shape).astype(bool)
    return np.where(inside & (labels != refined), UNLABELLED, labels).astype(np.uint8)


def whole(box: Box) -> np.ndarray:
    """All pixels of a box: `(h, w)` bool."""
    return np.ones((box.bottom - box.top + 1, box.right - box.left + 1), dtype=bool)


def _draw_boxes(boxes: Sequence[Box], size: tuple[int, int], cut: Callable[[Box], np.ndarray]) -> np.ndarray:
    """The objects of all boxes, the smaller ones on top, crowds at the bottom."""
    labels = np.zeros(size, dtype=np.uint8)
    for box in sorted(boxes, key=lambda one: (one.label != UNLABELLED, -one.area)):
        labels[box.window][cut(box)] = box.label
    return labels
