"""Affinity labels from class activation maps.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019: only
confident pixels teach a network which pixels belong together.
"""
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError

from .crf import dense_crf
from .label_scores import Refine, refine_labels

IGNORE = 255


def cam_to_ir_label(image: np.ndarray,
                    cam: np.ndarray,
                    keys: np.ndarray,
                    fg_thr: float = 0.30,
                    bg_thr: float = 0.05,
                    refine: Refine = dense_crf,
                    gt_prob: float = 0.7) -> np.ndarray:
    """Keep what is foreground under a strict threshold or background under a lenient one.

    For each threshold, a pixel's seed is its strongest class, or the background if none is above
    the threshold; a local refinement follows. What is a class in the strict result is that class;
    what is background in both is background; the rest is not confident.

    Args:
        image: `(H, W, 3)` uint8, RGB.
        cam: `(K, h, w)` maps of K >= 0 classes, normalised to maximum 1, of any size: they are
            resized bilinearly to the image.
        keys: `(K,)` their image classes.
        fg_thr: strict threshold.
        bg_thr: lenient threshold.
        refine: local refinement of the two seeds, `refine(image, scores) -> scores` of `(2, C, H, W)` scores.
        gt_prob: probability of a pixel's own class in the scores, see :func:`label_scores`.

    Returns:
        `(H, W)` uint8 segmentation classes: image class + 1, 0 background, 255 not confident.

    Raises:
        InputError: shapes or values do not fit, or the refinement cannot run.
    """
    image, cam, keys = np.asarray(image), np.asarray(cam), np.asarray(keys)
    _check(image, cam, keys, fg_thr, bg_thr)
    maps = _resize(cam, image.shape[:2])
    labels = np.concatenate([[0], keys + 1]).astype(np.uint8)
    # A copy, because PyTorch warns of memory that cannot be written.
    pixels = torch.from_numpy(np.array(image.transpose(2, 0, 1), order='C'))
    seeds = torch.stack([_seed(maps, thr) for thr in (fg_thr, bg_thr)])
    strict, lenient = labels[refine_labels(refine, pixels, seeds, len(labels), gt_prob).numpy()]
    strict[(strict == 0) & (lenient != 0)] = IGNORE
    return strict


def _seed(cam: Tensor, thr: float) -> Tensor:
    """`(H, W)` positions in `cam (K, H, W)` plus 1, 0 where no class is above `thr`."""
    return torch.cat([cam.new_full((1, *cam.shape[1:]), thr), cam]).argmax(dim=0)


def _resize(cam: np.ndarray, size: tuple[int, int]) -> Tensor:
    if not len(cam):
        return torch.zeros(0, *size)
    maps = torch.tensor(cam, dtype=torch.float32)[None]
    return F.interpolate(maps, size=size, mode='bilinear', align_corners=False)[0]


def _check(image: np.ndarray, cam: np.ndarray, keys: np.ndarray, fg_thr: float,
           bg_thr: float) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise InputError(f'The image is {image.dtype} of shape {image.shape}. '
                         'Pass uint8 (H, W, 3), RGB.')
    if cam.ndim != 3 or keys.shape != cam.shape[:1] or (len(cam) and not cam.size):
        raise InputError(f'A CAM of shape {cam.shape} does not go with keys of shape {keys.shape}. '
                         'Pass (K, h, w) and (K,).')
    if not np.isfinite(cam).all():
        raise InputError('The CAM has values that are not finite. Check the model or file that it came from.')
    if len(keys) and (keys.dtype.kind not in 'iu' or keys.min() < 0 or keys.max() > IGNORE - 2):
        raise InputError(f'The keys {keys.tolist()} are not all integers in 0..{IGNORE - 2}. A '
                         'label is the image class plus 1 in a byte, and 255 means not confident.')
    check_thresholds(fg_thr, bg_thr)


def check_thresholds(fg_thr: float, bg_thr: float) -> None:
    """Check that thresholds are in [0, 1] and in the right order.

    Args:
        fg_thr: strict threshold.
        bg_thr: lenient threshold, at most `fg_thr`.

    Raises:
        InputError: naming both.
    """
    if not 0 <= bg_thr <= fg_thr <= 1:
        raise InputError(f'The thresholds are {fg_thr} for foreground and {bg_thr} for background. They must be in '
                         '[0, 1], and the first must not be below the second.')
