"""Sub-categories of image classes: clusters of the features of a class's images.

Chang, Wang, Hung, Piramuthu, Tsai, Yang: Weakly-Supervised Semantic Segmentation via Sub-category Exploration
(SC-CAM), CVPR 2020. A classifier looks for what separates classes. If it also has to tell the sub-categories of a class
apart, it must look at other parts of the object.
"""
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError, first_names

from .cam import EPS

STARTS = 10  # of k-means, the default of scikit-learn in 2020
STEPS = 300  # at most, of one start
LARGE = 50_000  # images of a class from which on k-means works in mini-batches


class SubCategories(NamedTuple):
    """The sub-categories of images.

    Attributes:
        labels: `(N, L * k)` uint8, 1 for each sub-category of an image. Those of class `c` are `c * k` to
            `c * k + k - 1`; an image has exactly one of each of its classes.
        inertia: `(L,)` float64, for each class the sum of squared distances to the cluster centres.
    """
    labels: np.ndarray
    inertia: np.ndarray


def sub_categories(features: np.ndarray,
                   labels: np.ndarray,
                   k: int = 10,
                   seed: int = 0,
                   classes: Sequence[str] | None = None,
                   allow_fewer: bool = False) -> SubCategories:
    """Cluster the images of each class on their own, section 3.2 of the paper.

    An image of several classes takes part in several clusterings, with the same feature.

    Args:
        features: `(N, C)`, one vector for each image, neither normalised nor reduced.
        labels: `(N, L)` multi-hot image labels.
        k: sub-categories of a class.
        seed: of k-means.
        classes: the `L` names of the classes, for messages.
        allow_fewer: a class with fewer than `k` images gets as many sub-categories as it has images; its other
            numbers stay unused.

    Raises:
        InputError: see :func:`check_counts`; shapes do not fit, a feature is not finite, or scikit-learn is missing.
    """
    features, labels = np.asarray(features), np.asarray(labels) > 0
    if features.ndim != 2 or labels.ndim != 2 or len(features) != len(labels):
        raise InputError(f'Features {features.shape} and labels {labels.shape} do not fit: pass (N, C) and (N, L).')
    if not np.isfinite(features).all():
        raise InputError('The features have values that are not finite. Check the checkpoint that they come from.')
    check_counts(labels, k, classes, allow_fewer)
    found = np.zeros((len(labels), labels.shape[1] * k), dtype=np.uint8)
    inertia = np.zeros(labels.shape[1])
    for index, members in enumerate(labels.T):
        images = np.flatnonzero(members)
        if len(images):
            cluster, inertia[index] = kmeans(features[images], min(k, len(images)), seed)
            found[images, index * k + cluster] = 1
    return SubCategories(found, inertia)


def kmeans(features: np.ndarray, k: int, seed: int = 0, large: int = LARGE,
           starts: int = STARTS) -> tuple[np.ndarray, float]:
    """Cluster vectors by scikit-learn's k-means: k-means++, the best of several starts, Euclidean distances.

    Args:
        features: `(n, C)`, `n >= k`.
        k: clusters.
        seed: of the starts.
        large: more vectors than this are clustered in mini-batches.
        starts: of which the best one counts.

    Returns:
        The cluster of each vector `(n,)` in `0..k-1`, and the sum of squared distances to the centres.

    Raises:
        InputError: scikit-learn is missing.
    """
    require_scikit_learn()
    from sklearn.cluster import KMeans, MiniBatchKMeans
    method = MiniBatchKMeans if len(features) > large else KMeans
    result = method(k, init='k-means++', n_init=starts, max_iter=STEPS, random_state=seed).fit(features)
    return result.labels_.astype(np.int64), float(result.inertia_)


def require_scikit_learn() -> None:
    """Check that scikit-learn is installed.

    Raises:
        InputError: it is not.
    """
    try:
        import sklearn.cluster  # noqa: F401
    except ImportError as error:
        raise InputError(f'Clustering needs scikit-learn, which cannot be imported ({error}). Install it: '
                         'pip install scikit-learn') from error


def check_counts(labels: np.ndarray, k: int, classes: Sequence[str] | None = None, allow_fewer: bool = False) -> None:
    """Check that every class has enough images for its sub-categories.

    Args:
        labels: `(N, L)` multi-hot image labels.
        k: sub-categories of a class.
        classes: the `L` names of the classes, for the message.
        allow_fewer: fewer images are allowed, none too.

    Raises:
        InputError: `k` is below 1, or classes have fewer images; the message names them.
    """
    if k < 1:
        raise InputError(f'k={k} must be at least 1: the number of sub-categories of a class.')
    counts = (np.asarray(labels) > 0).sum(axis=0)
    names = classes or [f'class {index}' for index in range(len(counts))]
    few = [f'{name} ({count})' for name, count in zip(names, counts, strict=True) if count < k]
    if few and not allow_fewer:
        raise InputError(f'{len(few)} of {len(counts)} classes have fewer images than k={k} sub-categories: '
                         f'{first_names(few, 10)}. Use a smaller k, or allow fewer sub-categories of such classes '
                         '(--allow-fewer, allow_fewer=True).')


def list_order(labels: np.ndarray) -> np.ndarray:
    """The order of images in the authors' list: by their first class, then as given.

    Args:
        labels: `(N, L)` multi-hot image labels.

    Returns:
        `(N,)` indices.
    """
    return np.argsort((np.asarray(labels) > 0).argmax(axis=1), kind='stable')


def sum_of_sub_categories(cams: Sequence[Tensor], size: Sequence[int]) -> Tensor:
    """Merge the maps of a class's sub-categories into one map a class.

    Each sub-category's maps are summed over scales, images and mirror images; the sums are divided by the largest value
    of all sub-categories of their class; the maximum over sub-categories is the map of the class.

    Args:
        cams: maps `(M, K, S, h_s, w_s)` >= 0 for each scale: of `S` sub-categories of each of `K` classes, of the image
            and, if `M = 2`, of its mirror image flipped back. `(M, K, h_s, w_s)` stands for one sub-category a class.
        size: height and width of the result.

    Returns:
        `(K, *size)` in [0, 1).
    """
    groups = [cam.sum(dim=0) if cam.dim() == 5 else cam.sum(dim=0)[:, None] for cam in cams]
    if not len(groups[0]):
        return groups[0].new_zeros(0, *size)
    resize: dict[str, Any] = dict(size=tuple(size), mode='bilinear', align_corners=False)
    total = torch.stack([F.interpolate(group, **resize) for group in groups]).sum(dim=0)
    return total.amax(dim=1) / (total.amax(dim=(1, 2, 3))[:, None, None] + EPS)
