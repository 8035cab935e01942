"""DenseCRF: labels and probabilities that follow the colours of the image.

Kraehenbuehl, Koltun: Efficient Inference in Fully Connected CRFs with Gaussian Edge Potentials, NIPS 2011. The
inference is `pydensecrf`'s, an optional dependency.

Its time grows with the number of classes, and most classes are not in the image. Classes of equal energy stay equal
through the mean-field steps, so one stand-in carries all absent classes: `m` classes of energy `u` are one of energy
`u - log(m)` whose messages are divided by `m`. The result is that of all classes, up to rounding.
"""
from functools import partial
from types import ModuleType

import numpy as np
import torch
from torch import Tensor

from mmwsss.utils.errors import InputError

from .label_scores import refine_labels

SMALLEST = 1e-5  # probability, so that its energy is finite


def dense_crf(image: Tensor,
              scores: Tensor,
              steps: int = 10,
              gaussian_sxy: float = 3,
              gaussian_compat: float = 3,
              bilateral_sxy: float = 50,
              bilateral_srgb: float = 5,
              bilateral_compat: float = 10,
              min_prob: float = 0.05) -> Tensor:
    """Refine class probabilities, as a local refinement. The defaults are IRN's for the seeds of affinity labels.

    Args:
        image: `(3, H, W)` uint8 RGB.
        scores: `(C, H, W)` class probabilities, on any device; the inference runs on the CPU.
        steps: see :func:`dense_crf_probs`, as all other settings.

    Returns:
        `(C, H, W)` float32 probabilities on the device of `scores`.

    Raises:
        InputError: shapes, types or values do not fit, or `pydensecrf` is not installed.
    """
    if image.dim() != 3 or len(image) != 3:
        raise InputError(f'The image for the CRF is {image.dtype} of shape {tuple(image.shape)}. Pass uint8 '
                         '(3, H, W), RGB.')
    refined = dense_crf_probs(
        image.permute(1, 2, 0).cpu().numpy(), scores.float().cpu().numpy(), steps, gaussian_sxy, gaussian_compat,
        bilateral_sxy, bilateral_srgb, bilateral_compat, min_prob)
    return torch.from_numpy(refined).to(scores.device)


def dense_crf_labels(image: np.ndarray,
                     labels: np.ndarray,
                     num_labels: int,
                     gt_prob: float = 0.7,
                     steps: int = 10,
                     gaussian_sxy: float = 3,
                     gaussian_compat: float = 3,
                     bilateral_sxy: float = 50,
                     bilateral_srgb: float = 5,
                     bilateral_compat: float = 10) -> np.ndarray:
    """Refine a label map. The defaults are IRN's for the seeds of affinity labels.

    Args:
        image: `(H, W, 3)` uint8, RGB.
        labels: `(H, W)` integers in `0..num_labels - 1`, or bool.
        num_labels: number of labels that a pixel could have, present in `labels` or not. It
            matters because the labels that a pixel was not given share `1 - gt_prob`.
        gt_prob: probability of the given label, in (0, 1).
        steps: mean-field iterations.
        gaussian_sxy: width of the smoothness kernel, in pixels.
        gaussian_compat: its weight.
        bilateral_sxy: width of the appearance kernel, in pixels.
        bilateral_srgb: its width in colour, in steps of 256.
        bilateral_compat: its weight.

    Returns:
        `(H, W)` int64 labels. A label that is absent in the input is absent in the result.

    Raises:
        InputError: shapes, types or values do not fit, or `pydensecrf` is not installed.
    """
    image, labels = np.asarray(image), np.asarray(labels)
    _check_image(image, labels.shape)
    labels = torch.from_numpy(labels.astype(np.int64) if labels.dtype.kind in 'biu' else labels)
    refine = partial(dense_crf, steps=steps, gaussian_sxy=gaussian_sxy, gaussian_compat=gaussian_compat,
                     bilateral_sxy=bilateral_sxy, bilateral_srgb=bilateral_srgb, bilateral_compat=bilateral_compat)
    # A copy, because PyTorch warns of memory that cannot be written.
    image = torch.from_numpy(np.array(image.transpose(2, 0, 1), order='C'))
    return refine_labels(refine, image, labels, num_labels, gt_prob).numpy()


def dense_crf_probs(image: np.ndarray,
                    probs: np.ndarray,
                    steps: int = 10,
                    gaussian_sxy: float = 1,
                    gaussian_compat: float = 3,
                    bilateral_sxy: float = 67,
                    bilateral_srgb: float = 3,
                    bilateral_compat: float = 4,
                    min_prob: float = 0.05) -> np.ndarray:
    """Refine class probabilities. The defaults are those of DeepLabv2 at test time.

    Args:
        image: `(H, W, 3)` uint8, RGB.
        probs: `(C, H, W)` class probabilities, a softmax.
        steps: mean-field iterations.
        gaussian_sxy: width of the smoothness kernel, in pixels.
        gaussian_compat: its weight.
        bilateral_sxy: width of the appearance kernel, in pixels.
        bilateral_srgb: its width in colour, in steps of 256.
        bilateral_compat: its weight.
        min_prob: classes that have at most this probability in every pixel count as absent. 0 is
            exact and slower. Classes that are equally probable everywhere, as the absent ones of a label map, are
            always carried by one stand-in, which is exact.

    Returns:
        `(C, H, W)` float32 probabilities. Absent classes share what their stand-in got, in the
        proportion that they had. With `min_prob` they are not all equally improbable as the module's argument
        wants them; on images of VOC, the default moved probabilities by less than 1e-3 and no
        pixel's class.

    Raises:
        InputError: shapes, types or values do not fit, or `pydensecrf` is not installed.
    """
    image, probs = np.asarray(image), np.asarray(probs)
    if probs.ndim != 3 or not len(probs):
        raise InputError(f'The probabilities for the CRF have the shape {probs.shape}. '
                         'Pass (C, H, W).')
    _check_image(image, probs.shape[1:])
    # Comparisons with NaN are false.
    if not 0 <= probs.min() <= probs.max() <= 1 + SMALLEST:
        raise InputError('The probabilities for the CRF are not all in [0, 1]. '
                         'Pass a softmax, not logits.')
    kernels = (gaussian_sxy, gaussian_compat), (bilateral_sxy, bilateral_srgb, bilateral_compat)
    size = probs.shape
    probs = np.clip(probs.reshape(len(probs), -1), SMALLEST, 1)
    lowest, highest = probs.min(axis=1), probs.max(axis=1)
    absent = highest <= max(min_prob, SMALLEST)
    if absent.sum() < 2:
        constant = lowest == highest
        absent = constant & (highest == np.where(constant, highest, np.inf).min())
    if absent.sum() < 2:
        return _mean_field(image, probs, 0, steps, *kernels).reshape(size)
    stand_in = probs[absent].sum(axis=0, keepdims=True)
    refined = _mean_field(image, np.concatenate([probs[~absent], stand_in]), int(absent.sum()),
                          steps, *kernels)
    result = np.empty(probs.shape, dtype=np.float32)
    result[~absent] = refined[:-1]
    result[absent] = refined[-1] * (probs[absent] / stand_in)
    return result.reshape(size)


def _mean_field(image: np.ndarray, probs: np.ndarray, absent: int, steps: int,
                gaussian: tuple[float, float], bilateral: tuple[float, float, float]) -> np.ndarray:
    """Refine `(C, H * W)` probabilities. If `absent`, the last class stands for so many classes.

    `gaussian` is a width in pixels and a weight, `bilateral` widths in pixels and colours and a
    weight.
    """
    height, width = image.shape[:2]
    crf = load_densecrf().DenseCRF2D(width, height, len(probs))
    crf.setUnaryEnergy(np.ascontiguousarray(-np.log(probs), dtype=np.float32))

    def compat(weight: float) -> float | np.ndarray:
        if not absent:
            return weight
        # A number is the Potts model, which rewards equal labels by it. A vector is added to the
        # energy as it is, so it takes the opposite sign.
        return np.array([-weight] * (len(probs) - 1) + [-weight / absent], dtype=np.float32)

    crf.addPairwiseGaussian(sxy=gaussian[0], compat=compat(gaussian[1]))
    # A copy, because pydensecrf refuses memory that cannot be written.
    crf.addPairwiseBilateral(
        sxy=bilateral[0],
        srgb=bilateral[1],
        rgbim=np.array(image, order='C'),
        compat=compat(bilateral[2]))
    return np.array(crf.inference(steps))


def load_densecrf() -> ModuleType:
    """The module `pydensecrf.densecrf`.

    Raises:
        InputError: the package is not installed.
    """
    try:
        import pydensecrf.densecrf
    except ImportError as error:
        raise InputError("DenseCRF needs the package pydensecrf, which is not installed. Run `pip install "
                         "'mmwsss[crf]'`, or `pip install pydensecrf2`.") from error
    return pydensecrf.densecrf


def _check_image(image: np.ndarray, size: tuple[int, ...]) -> None:
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise InputError(f'The image for the CRF is {image.dtype} of shape {image.shape}. Pass uint8 (H, W, 3), RGB.')
    if image.shape[:2] != size:
        raise InputError(f'The image for the CRF has the size {image.shape[:2]} and its labels '
                         f'{size}. Resize one to the other.')
