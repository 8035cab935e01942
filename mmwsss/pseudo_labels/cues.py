"""Localization cues from class activation maps."""
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F

from mmwsss.utils.errors import InputError


def cam_to_cues(cam: np.ndarray, grid: Sequence[int] = (41, 41), fg_thr: float = 0.2,
                bg_share: float = 0.1) -> np.ndarray:
    """Mark the cells of a grid that CAMs are sure of.

    A cell is a cue of a class where the map is above `fg_thr` of its own maximum, as in SEC (Kolesnikov, Lampert, ECCV
    2016, section 3.4). Where several classes claim a cell, the class with the fewest cells gets it. The background's
    cues are our own rule, which needs no second network: the share `bg_share` of cells whose highest map is lowest,
    with all cells that tie with the last of them, but no cue of a class. Where all cells tie, as with maps of 0,
    nothing is known, and no cell is background. SEC's come from another classifier's gradients, and DSRG's from
    saliency.

    Args:
        cam: `(K, h, w)` maps >= 0 of the classes of an image; K may be 0.
        grid: height and width of the result; its corners are the map's corners.
        fg_thr: share of a map's maximum, in [0, 1).
        bg_share: in (0, 1].

    Returns:
        `(1 + K, *grid)` uint8, 1 at cues, the background first. No cell has two cues. A map of 0 gives no cue, and an
        image without classes (K = 0) is all background.

    Raises:
        InputError: a setting is out of range.
    """
    check_cue_settings(grid, fg_thr, bg_share)
    height, width = grid
    if not len(cam):
        return np.ones((1, height, width), dtype=np.uint8)
    maps = F.interpolate(torch.from_numpy(np.asarray(cam, dtype=np.float32))[None], size=(height, width),
                         mode='bilinear', align_corners=True)[0].numpy()
    claims = maps > fg_thr * maps.max(axis=(1, 2), keepdims=True)
    sizes = claims.sum(axis=(1, 2))
    cues = np.zeros((1 + len(maps), height, width), dtype=np.uint8)
    free = np.ones((height, width), dtype=bool)
    for index in np.argsort(sizes, kind='stable'):
        cues[1 + index] = claims[index] & free
        free &= ~claims[index]
    highest = (maps / np.maximum(maps.max(axis=(1, 2), keepdims=True), 1e-12)).max(axis=0)
    count = max(int(bg_share * highest.size), 1)
    if highest.min() < highest.max():
        cues[0] = (highest <= np.partition(highest, count - 1, axis=None)[count - 1]) & free
    return cues


def check_cue_settings(grid: Sequence[int], fg_thr: float, bg_share: float) -> None:
    """Check the settings of :func:`cam_to_cues`.

    Raises:
        InputError: one is out of range.
    """
    if len(grid) != 2 or min(grid) < 1:
        raise InputError(f'The grid of cues must have a height and a width of at least 1, got {tuple(grid)}.')
    if not 0 <= fg_thr < 1:
        raise InputError(f'fg_thr of cues must be in [0, 1), got {fg_thr}.')
    if not 0 < bg_share <= 1:
        raise InputError(f'bg_share of cues must be in (0, 1], got {bg_share}.')
