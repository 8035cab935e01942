"""DenseCRF: labels and probabilities that follow the colours of the image.

Kraehenbuehl, Koltun: Efficient Inference in Fully Connected CRFs with Gaussian Edge Potentials, NIPS 2011. See
:func:`mean_field` for the inference.

Its time grows with the number of classes, and most classes are not in the image. Classes of equal energy stay equal
through the mean-field steps, so one stand-in carries all absent classes: `m` classes of energy `u` are one of energy
`u - log(m)` whose messages are divided by `m`. The result is that of all classes, up to rounding.
"""
from functools import partial

import numpy as np
import torch
from torch import Tensor

from mmwsss.utils.errors import InputError

from .label_scores import refine_labels
from .mean_field import mean_field

SMALLEST = 1e-5  # probability, so that its energy is finite


def dense_crf(image: Tensor,
              scores: Tensor,
              steps: int = 10,
              gaussian_sxy: float = 3,
              gaussian_compat: float = 3,
              bilateral_sxy: float = 50,
              bilateral_srgb: float = 5,
              bilateral_compat: float = 10,
              min_prob: float = 0.05,
              backend: str = 'auto') -> Tensor:
    """Refine class probabilities, as a local refinement. The defaults are IRN's for the seeds of affinity labels.

    Args:
        image: `(3, H, W)` uint8 RGB.
        scores: `(C, H, W)` class probabilities, a softmax, or `(B, C, H, W)`: B sets are refined independently, but
            share the work that depends on the image alone.
        steps: mean-field iterations.
        gaussian_sxy: width of the smoothness kernel, in pixels.
        gaussian_compat: its weight.
        bilateral_sxy: width of the appearance kernel, in pixels.
        bilateral_srgb: its width in colour, in steps of 256.
        bilateral_compat: its weight.
        min_prob: classes that have at most this probability in every pixel count as absent. 0 is exact and slower.
            Classes that are equally probable everywhere, as the absent ones of a label map, are always carried by one
            stand-in, which is exact.
        backend: `'auto'`, `'torch'` or `'pydensecrf'`, see :func:`mean_field`.

    Returns:
        Float32 probabilities in the shape and on the device of `scores`. Absent classes share what their stand-in
        got, in the proportion that they had. With `min_prob` they are not all equally improbable as the module's
        argument wants them; on images of VOC, the default moved probabilities by less than 1e-3 and no pixel's class.

    Raises:
        InputError: shapes, types or values do not fit, see :func:`mean_field`.
    """
    if scores.dim() not in (3, 4) or not scores.numel():
        raise InputError(f'The probabilities for the CRF have the shape {tuple(scores.shape)}. Pass (C, H, W).')
    # Comparisons with NaN are false.
    if not (scores.min() >= 0 and scores.max() <= 1 + SMALLEST):
        raise InputError('The probabilities for the CRF are not all in [0, 1]. Pass a softmax, not logits.')
    infer = partial(mean_field, image, gaussian=(gaussian_sxy, gaussian_compat),
                    bilateral=(bilateral_sxy, bilateral_srgb, bilateral_compat), steps=steps, backend=backend)
    probs = scores.float().clamp(SMALLEST, 1)
    by_class = probs.movedim(-3, 0)
    absent = _absent(by_class.flatten(1), min_prob)
    number = int(absent.sum())
    if number < 2:
        return infer(-probs.log())
    stand_in = by_class[absent].sum(dim=0, keepdim=True)
    few = torch.cat([by_class[~absent], stand_in]).movedim(0, -3)
    weights = few.new_ones(few.shape[-3])
    weights[-1] = 1 / number
    refined = infer(-few.log(), message_weights=weights).movedim(-3, 0)
    result = torch.empty_like(by_class)
    result[~absent] = refined[:-1]
    result[absent] = refined[-1] * (by_class[absent] / stand_in)
    return result.movedim(0, -3)


def _absent(probs: Tensor, min_prob: float) -> Tensor:
    """Which classes of `probs (C, N)` one stand-in can carry, `(C,)` bool."""
    lowest, highest = probs.amin(dim=1), probs.amax(dim=1)
    absent = highest <= max(min_prob, SMALLEST)
    if absent.sum() >= 2:
        return absent
    constant = lowest == highest
    return constant & (highest == highest.where(constant, torch.full_like(highest, torch.inf)).min())


def dense_crf_labels(image: np.ndarray,
                     labels: np.ndarray,
                     num_labels: int,
                     gt_prob: float = 0.7,
                     steps: int = 10,
                     gaussian_sxy: float = 3,
                     gaussian_compat: float = 3,
                     bilateral_sxy: float = 50,
                     bilateral_srgb: float = 5,
                     bilateral_compat: float = 10,
                     backend: str = 'auto') -> np.ndarray:
    """Refine a label map. The defaults are IRN's for the seeds of affinity labels.

    Args:
        image: `(H, W, 3)` uint8, RGB.
        labels: `(H, W)` integers in `0..num_labels - 1`, or bool.
        num_labels: number of labels that a pixel could have, present in `labels` or not. It
            matters because the labels that a pixel was not given share `1 - gt_prob`.
        gt_prob: probability of the given label, in (0, 1).
        steps: see :func:`dense_crf`, as all other settings.

    Returns:
        `(H, W)` int64 labels. A label that is absent in the input is absent in the result.

    Raises:
        InputError: shapes, types or values do not fit, see :func:`dense_crf`.
    """
    image, labels = np.asarray(image), np.asarray(labels)
    _check_image(image, labels.shape)
    positions = torch.from_numpy(labels.astype(np.int64) if labels.dtype.kind in 'biu' else labels)
    refine = partial(
        dense_crf, steps=steps, gaussian_sxy=gaussian_sxy, gaussian_compat=gaussian_compat, backend=backend,
        bilateral_sxy=bilateral_sxy, bilateral_srgb=bilateral_srgb, bilateral_compat=bilateral_compat)
    return refine_labels(refine, _channels_first(image), positions, num_labels, gt_prob).numpy()


def dense_crf_probs(image: np.ndarray,
                    probs: np.ndarray,
                    steps: int = 10,
                    gaussian_sxy: float = 1,
                    gaussian_compat: float = 3,
                    bilateral_sxy: float = 67,
                    bilateral_srgb: float = 3,
                    bilateral_compat: float = 4,
                    min_prob: float = 0.05,
                    backend: str = 'auto') -> np.ndarray:
    """Refine class probabilities. The defaults are those of DeepLabv2 at test time.

    Args:
        image: `(H, W, 3)` uint8, RGB.
        probs: `(C, H, W)` class probabilities, a softmax.
        steps: see :func:`dense_crf`, as all other settings.

    Returns:
        `(C, H, W)` float32 probabilities.

    Raises:
        InputError: shapes, types or values do not fit, see :func:`dense_crf`.
    """
    image, probs = np.asarray(image), np.asarray(probs)
    if probs.ndim != 3:
        raise InputError(f'The probabilities for the CRF have the shape {probs.shape}. Pass (C, H, W).')
    _check_image(image, probs.shape[1:])
    refined = dense_crf(_channels_first(image), torch.from_numpy(np.array(probs, dtype=np.float32)), steps,
                        gaussian_sxy, gaussian_compat, bilateral_sxy, bilateral_srgb, bilateral_compat, min_prob,
                        backend)
    return refined.numpy()


def _channels_first(image: np.ndarray) -> Tensor:
    # A copy, because PyTorch warns of memory that cannot be written.
    return torch.from_numpy(np.array(image.transpose(2, 0, 1), order='C'))


def _check_image(image: np.ndarray, size: tuple[int, ...]) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise InputError(f'The image for the CRF is {image.dtype} of shape {image.shape}. Pass uint8 (H, W, 3), RGB.')
    if image.shape[:2] != size:
        raise InputError(f'The image for the CRF has the size {image.shape[:2]} and its labels '
                         f'{size}. Resize one to the other.')
