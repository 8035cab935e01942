"""Affinity labels for IRNet from class activation maps.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations
(IRN), CVPR 2019: only pixels whose class is certain teach IRNet which pixels belong together.
"""
import numpy as np
import torch
import torch.nn.functional as F

from mmwsss.utils.errors import InputError

from .crf import dense_crf_labels

IGNORE = 255


def cam_to_ir_label(image: np.ndarray,
                    cam: np.ndarray,
                    keys: np.ndarray,
                    fg_thr: float = 0.30,
                    bg_thr: float = 0.05) -> np.ndarray:
    """Keep what is foreground under a strict threshold or background under a lenient one.

    For each threshold, a pixel's seed is its strongest class, or the background if none is above
    the threshold; a DenseCRF refines the seeds. What is a class in the strict result is that class;
    what is background in both is background; the rest is not confident.

    Args:
        image: `(H, W, 3)` uint8, RGB.
        cam: `(K, h, w)` maps of K >= 0 classes, normalised to maximum 1, of any size: they are
            resized bilinearly to the image.
        keys: `(K,)` their image classes.
        fg_thr: strict threshold.
        bg_thr: lenient threshold.

    Returns:
        `(H, W)` uint8 segmentation classes: image class + 1, 0 background, 255 not confident.

    Raises:
        InputError: shapes or values do not fit, or `pydensecrf` is not installed.
    """
    image, cam, keys = np.asarray(image), np.asarray(cam), np.asarray(keys)
    _check(image, cam, keys, fg_thr, bg_thr)
    cam = _resize(cam, image.shape[:2])
    labels = np.concatenate([[0], keys + 1]).astype(np.uint8)
    strict, lenient = (labels[_refined_seed(image, cam, thr)] for thr in (fg_thr, bg_thr))
    strict[(strict == 0) & (lenient != 0)] = IGNORE
    return strict


def _refined_seed(image: np.ndarray, cam: np.ndarray, thr: float) -> np.ndarray:
    """`(H, W)` refined positions in `cam (K, H, W)` plus 1, 0 where no class is above `thr`."""
    background = np.full((1, *cam.shape[1:]), thr, dtype=cam.dtype)
    seed = np.concatenate([background, cam]).argmax(axis=0)
    return dense_crf_labels(image, seed, num_labels=len(cam) + 1)


def _resize(cam: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    if not len(cam):
        return np.zeros((0, *size), dtype=np.float32)
    maps = torch.tensor(cam, dtype=torch.float32)[None]
    return F.interpolate(maps, size=size, mode='bilinear', align_corners=False)[0].numpy()


def _check(image: np.ndarray, cam: np.ndarray, keys: np.ndarray, fg_thr: float,
           bg_thr: float) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise InputError(f'The image is {image.dtype} of shape {image.shape}. '
                         'Pass uint8 (H, W, 3), RGB.')
    if cam.ndim != 3 or keys.shape != cam.shape[:1] or (len(cam) and not cam.size):
        raise InputError(f'A CAM of shape {cam.shape} does not go with keys of shape {keys.shape}. '
                         'Pass (K, h, w) and (K,).')
    if not np.isfinite(cam).all():
        raise InputError('The CAM has values that are not finite. Look at the model or the file '
                         'that it came from.')
    if len(keys) and (keys.dtype.kind not in 'iu' or keys.min() < 0 or keys.max() > IGNORE - 2):
        raise InputError(f'The keys {keys.tolist()} are not all integers in 0..{IGNORE - 2}. A '
                         'label is the image class plus 1 in a byte, and 255 means not confident.')
    check_thresholds(fg_thr, bg_thr)


def check_thresholds(fg_thr: float, bg_thr: float) -> None:
    """Refuse thresholds outside of [0, 1] or in the wrong order.

    Args:
        fg_thr: strict threshold.
        bg_thr: lenient threshold, at most `fg_thr`.

    Raises:
        InputError: naming both.
    """
    if not 0 <= bg_thr <= fg_thr <= 1:
        raise InputError(f'The thresholds are {fg_thr} for foreground and {bg_thr} for background. '
                         'They must lie in [0, 1], the first not below the second.')
