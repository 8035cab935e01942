"""Local prototypes of classes: clusters of features instead of a classifier's weights.

Chen, Sun: Extracting Class Activation Maps from Non-Discriminative Features as well (LPCAM), CVPR 2023. A classifier's
weights respond to what separates classes. Clusters of all features inside of a class's map, the weak ones too, also
respond to the rest of the object; clusters of the features outside of it that the classifier takes for the class are
its context, e.g. rails for a train.
"""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError, first_names

from .sub_categories import kmeans

CLUSTERS = 12  # of a class, as published


class Pixels(NamedTuple):
    """The features of one class in one or several images.

    Attributes:
        inside: `(n, C)`, where the class's map is above the threshold.
        outside: `(m, C)`, where it is below.
    """
    inside: np.ndarray
    outside: np.ndarray


class Prototypes(NamedTuple):
    """The prototypes of one class.

    Attributes:
        centres: `(k, C)` float32, at least one.
        context: `(k', C)` float32, perhaps none.
        fallback: whether no cluster was sure enough, so that the best one stands for the class.
    """
    centres: np.ndarray
    context: np.ndarray
    fallback: bool


def check_classes(labels: np.ndarray, classes: Sequence[str]) -> None:
    """Check that every class has an image, so that it gets prototypes.

    Args:
        labels: `(N, L)` multi-hot image labels.
        classes: the `L` names of the classes, for the message.

    Raises:
        InputError: classes have no image; the message names them.
    """
    counts = (np.asarray(labels) > 0).sum(axis=0)
    without = [name for name, count in zip(classes, counts, strict=True) if not count]
    if without:
        raise InputError(f'{len(without)} of {len(classes)} classes have no image, so they get no prototypes: '
                         f'{first_names(without, 10)}. Use a list with images of all classes, or remove these classes '
                         'from metainfo.')


def split_pixels(feat: Tensor, cam: Tensor, threshold: float = 0.1, pixels: int | None = None,
                 seed: int = 0) -> Pixels:
    """Split the features of an image by the map of one of its classes.

    Args:
        feat: `(C, h, w)`.
        cam: `(H, W)` of the class, in [0, 1]; reduced to `h` x `w` by nearest neighbours.
        threshold: of the map; pixels that equal it are left out.
        pixels: at most so many of each part, drawn at random; None for all.
        seed: of the draw.

    Returns:
        See :class:`Pixels`, float32.
    """
    small = F.interpolate(cam[None, None].float(), size=feat.shape[1:], mode='nearest')[0, 0]
    rows = feat.float().permute(1, 2, 0)
    parts = [rows[chosen].cpu().numpy() for chosen in (small > threshold, small < threshold)]
    if pixels is not None:
        rng = np.random.default_rng(seed)
        parts = [part[np.sort(rng.permutation(len(part))[:pixels])] for part in parts]
    return Pixels(*parts)


def cluster_centres(features: np.ndarray, k: int = CLUSTERS, seed: int = 0) -> np.ndarray:
    """Cluster features by the cosine.

    Args:
        features: `(n, C)`.
        k: clusters; at most `n` are made.
        seed: of the start.

    Returns:
        `(k, C)` means of the features of each cluster, which are not normalised: their length says how sure the
        classifier is. Clusters without members are left out.
    """
    if not len(features):
        return np.zeros((0, features.shape[1]), dtype=np.float32)
    unit = features / np.maximum(np.linalg.norm(features, axis=1, keepdims=True), 1e-8)
    labels = kmeans(unit, min(k, len(unit)), seed, starts=1)[0]
    return np.stack([features[labels == index].mean(axis=0) for index in np.unique(labels)]).astype(np.float32)


def class_prototypes(pixels: Pixels,
                     weight: np.ndarray,
                     index: int,
                     k: int = CLUSTERS,
                     seed: int = 0,
                     centre_thr: float = 0.9,
                     context_thr: Sequence[float] = (0.05, 0.9)) -> Prototypes:
    """Cluster the features of a class, and keep what belongs to it or to its context, section 3.2.

    The classifier gives every centre a probability of the class, a softmax over all classes.

    Args:
        pixels: features of the class in all its images.
        weight: `(L, C)` of the classifier.
        index: of the class.
        k: clusters inside, and as many outside.
        seed: of k-means.
        centre_thr: a cluster inside is kept if its probability is above this. If none is, the best one is kept, of
            those outside if there are none inside (the release fails).
        context_thr: a cluster outside is context if its probability is between these.

    Raises:
        InputError: the class has no pixels.
    """
    centres, context = (cluster_centres(part, k, seed) for part in pixels)
    if not len(centres) + len(context):
        raise InputError(f'There are no pixels of class {index}, inside of its map or outside. Add images of it, or '
                         'change mask_thr.')
    inner, outer = (_probability(part, weight, index) for part in (centres, context))
    around = context[(outer > context_thr[0]) & (outer < context_thr[1])]
    if (inner > centre_thr).any():
        return Prototypes(centres[inner > centre_thr], around, False)
    if len(centres):
        return Prototypes(centres[[inner.argmax()]], around, True)
    return Prototypes(context[[outer.argmax()]], context[:0], True)


def prototype_cam(feat: Tensor, centres: Tensor, context: Tensor) -> Tensor:
    """Return the maps of classes by their prototypes, Eq. 4.

    Args:
        feat: `(N, C, h, w)`.
        centres: `(L, k, C)` of each class; rows of zeros are no prototypes.
        context: `(L, k', C)`, likewise. A class may have none.

    Returns:
        `(N, L, h, w)` in [0, 1]: the mean cosine with the centres minus the mean cosine with the context, at least 0.
    """
    unit = F.normalize(feat.flatten(2), dim=1, eps=1e-8)
    # The mean cosine with several vectors is the product with the mean of their directions.
    direction = _mean_direction(centres.to(feat)) - _mean_direction(context.to(feat))
    return F.relu(direction @ unit).unflatten(2, feat.shape[2:])


def pad_rows(rows: Sequence[np.ndarray], channels: int, k: int) -> np.ndarray:
    """Stack `(k_i, C)` of each class to `(L, k, C)`, with rows of zeros behind."""
    result = np.zeros((len(rows), k, channels), dtype=np.float32)
    for target, own in zip(result, rows, strict=True):
        target[:len(own)] = own
    return result


def _mean_direction(vectors: Tensor) -> Tensor:
    """The mean of normalised vectors `(L, k, C)`, without those that are 0: `(L, C)`."""
    count = vectors.ne(0).any(dim=2).sum(dim=1).clamp(min=1)
    return F.normalize(vectors, dim=2, eps=1e-8).sum(dim=1) / count[:, None]


def _probability(centres: np.ndarray, weight: np.ndarray, index: int) -> np.ndarray:
    """The probability of a class at each centre `(n, C)`: `(n,)`."""
    logits = torch.from_numpy(centres) @ torch.from_numpy(weight).t()
    return logits.softmax(dim=1)[:, index].numpy()
