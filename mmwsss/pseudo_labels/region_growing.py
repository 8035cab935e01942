"""Seeded region growing (DSRG).

Huang, Wang, Wang, Liu, Wang: Weakly-Supervised Semantic Segmentation Network with Deep Seeded Region Growing, CVPR
2018, section 3.3.
"""
import cv2
import numpy as np
import torch
from torch import Tensor

from mmwsss.utils.errors import InputError


@torch.no_grad()
def grow_seeds(cues: Tensor, probs: Tensor, labels: Tensor, bg_thr: float = 0.99, fg_thr: float = 0.85) -> Tensor:
    """Grow cues into regions that a network is sure of.

    Each cell has an owner: the class of its cue (the highest class where cues overlap), or the most probable allowed
    class where that is more probable than its threshold, also against the cue. An 8-connected region of an owner
    becomes seeds if it contains a cue of this class. Classes grow in ascending order; a cell that has exactly one seed
    so far, of another class, keeps it alone. Nothing is remembered from call to call.

    Args:
        cues: `(N, C, h, w)`, 0 or 1; class 0 is the background. All of them stay, also those of unlabelled classes.
        probs: `(N, C, h, w)` probabilities, as published after a DenseCRF.
        labels: `(N, C)`, above 0 for classes of the image; the background is always allowed.
        bg_thr: the background owns a cell where its probability is above this; 0.99 as published.
        fg_thr: the same for other classes; 0.85 as published.

    Returns:
        Seeds `(N, C, h, w)`, 0 or 1, with type and device of `cues`. The regions are found on the CPU.

    Raises:
        InputError: the shapes do not fit together.
    """
    if cues.dim() != 4 or cues.shape != probs.shape or labels.shape != cues.shape[:2]:
        raise InputError(f'Region growing got cues {tuple(cues.shape)}, probabilities {tuple(probs.shape)} and labels '
                         f'{tuple(labels.shape)}. They must be (N, C, h, w) twice and (N, C).')
    planted, sure = (cues > 0).cpu().numpy(), probs.float().cpu().numpy()
    allowed = (labels > 0).cpu().numpy()
    allowed[:, 0] = True
    owners = np.stack([_owners(*one, bg_thr, fg_thr) for one in zip(planted, sure, allowed, strict=True)])
    seeds = np.stack([_grow(*one) for one in zip(planted, owners, allowed, strict=True)])
    return torch.from_numpy(seeds).to(cues)


def _owners(cues: np.ndarray, probs: np.ndarray, allowed: np.ndarray, bg_thr: float, fg_thr: float) -> np.ndarray:
    """The class that owns each cell `(h, w)`, -1 for none."""
    highest = len(cues) - 1 - cues[::-1].argmax(axis=0)
    owner = np.where(cues.any(axis=0), highest, -1)
    probs = np.where(allowed[:, None, None], probs, -np.inf)
    best, value = probs.argmax(axis=0), probs.max(axis=0)
    return np.where(value > np.where(best == 0, bg_thr, fg_thr), best, owner)


def _grow(cues: np.ndarray, owner: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    """Seeds `(C, h, w)` of one image."""
    seeds = cues.copy()
    for label in np.flatnonzero(allowed):
        regions = cv2.connectedComponents((owner == label).astype(np.uint8), connectivity=8)[1]
        planted = np.unique(regions[cues[label]])
        grown = np.isin(regions, planted[planted > 0])
        taken = (seeds.sum(axis=0) == 1) & ~seeds[label]
        seeds[label] |= grown & ~taken
    return seeds
