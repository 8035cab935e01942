"""The random walk that spreads class activation maps up to the boundaries of objects.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019.
A map `x` becomes `P^steps x` with the transition `P` of :class:`Transition`.

What makes it fast and exact:

* `P` is similar to `D^-1/2 A D^-1/2`, whose spectrum lies in [-1, 1]. There the power is a sum of Chebyshev
  polynomials, `x^s = sum_k c_k T_k(x)`, whose coefficients fade beyond `k ~ sqrt(s)`: 76 products do the work of 256
  (Sachdeva, Vishnoi: Faster Algorithms via Approximation Theory, 2014, section 3).
* `P x - x` is summed from differences between pixels. Summed as means, float32 rounding would add up to 1e-4 over the
  steps, because each step would miss the mean by a little.
"""
import math
from collections.abc import Sequence
from functools import singledispatch
from numbers import Integral
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError
from mmwsss.utils.threads import one_thread

from .cam import strided_size, winner
from .transition import Transition

MAPS_AT_ONCE = 8  # bounds the memory on a GPU, which holds 81 values a pixel and map (radius 5)


@singledispatch
@torch.no_grad()
def random_walk(cam: Any,
                boundary: Tensor,
                radius: int = 5,
                beta: float = 10,
                steps: int = 256,
                tol: float = 1e-5) -> Tensor:
    """Spread class activation maps by a random walk.

    There are two forms: `random_walk(cam, boundary, ...)` is IRN's walk, which boundaries stop;
    `random_walk(transition, seed, steps=256, tol=1e-5)` walks from any seed `(K, h, w)` by any :class:`Transition`.

    Args:
        cam: `(K, h, w)` maps of K >= 0 classes, of any number type.
        boundary: `(1, h, w)` or `(h, w)` boundary probability in [0, 1], on the same device. The walk starts from
            `cam * (1 - boundary)`.
        radius: pixels closer than this exchange activation.
        beta: power of the affinities, > 0.
        steps: number of steps, >= 0. The published 256 are `exp_times=8` in the reference.
        tol: allowed error from leaving out Chebyshev polynomials, for maps of maximum 1. 0 walks every step.

    Returns:
        `(K, h, w)` float32 on the device of the maps.

    Raises:
        InputError: shapes do not fit, values are not finite, the boundary is not in [0, 1], or a setting is out of
            range.
    """
    if boundary.dim() == 3 and len(boundary) == 1:
        boundary = boundary[0]
    if cam.dim() != 3 or cam.shape[1:] != boundary.shape:
        raise InputError(f'A CAM of shape {tuple(cam.shape)} and a boundary of shape {tuple(boundary.shape)} do not '
                         'fit together. Pass (K, h, w) and (1, h, w) or (h, w).')
    transition = Transition.from_boundary(boundary, radius, beta)
    _check_seed(cam, 'CAM')
    return random_walk(transition, cam.float() * (1 - boundary.float()), steps, tol)


@random_walk.register
@torch.no_grad()
def _(transition: Transition, seed: Tensor, steps: int = 256, tol: float = 1e-5) -> Tensor:
    if seed.dim() != 3 or tuple(seed.shape[1:]) != transition.size:
        raise InputError(f'A seed of shape {tuple(seed.shape)} and a transition of maps of size {transition.size} do '
                         'not fit together. Pass (K, h, w).')
    _check_seed(seed, 'seed')
    if not isinstance(steps, Integral) or steps < 0 or not tol >= 0:
        raise InputError(f'steps={steps} must be an integer of at least 0, and tol={tol} at least 0.')
    if not seed.numel():
        return seed.float()
    with one_thread(seed.device):
        return torch.cat([_walk(transition, maps, int(steps), tol) for maps in seed.float().split(MAPS_AT_ONCE)])


def random_walks(transitions: Sequence[Transition], seeds: Sequence[Tensor], steps: int = 256,
                 tol: float = 1e-5) -> list[Tensor]:
    """Walk several images. On a GPU, images of equal width walk together, which takes no more operators than one.

    Args:
        transitions: of each image.
        seeds: `(K_i, h_i, w_i)` of each image, all on one device.
        steps, tol: see :func:`random_walk`.

    Returns:
        `(K_i, h_i, w_i)` float32 of each image.

    Raises:
        InputError: see :func:`random_walk`.
    """
    groups: dict[tuple, list[int]] = {}
    for index, (transition, seed) in enumerate(zip(transitions, seeds, strict=True)):
        alone = seed.device.type == 'cpu' or tuple(seed.shape[1:]) != transition.size  # the latter is an error
        groups.setdefault((transition.row, transition.radius, index if alone else -1), []).append(index)
    walks: dict[int, Tensor] = {}
    for indices in groups.values():
        if len(indices) == 1:
            walks[indices[0]] = random_walk(transitions[indices[0]], seeds[indices[0]], steps, tol)
            continue
        stack = Transition.stack([transitions[index] for index in indices])
        gap, most = stack.radius, max(len(seeds[index]) for index in indices)
        tall = torch.cat([F.pad(seeds[index].float(), (0, 0, 0, gap, 0, most - len(seeds[index])))
                          for index in indices], dim=1)
        heights = [seeds[index].shape[1] + gap for index in indices]
        parts = F.pad(random_walk(stack, tall[:, :-gap], steps, tol), (0, 0, 0, gap)).split(heights, dim=1)
        walks.update({index: part[:len(seeds[index]), :-gap] for index, part in zip(indices, parts, strict=True)})
    return [walks[index] for index in range(len(walks))]


def _check_seed(seed: Tensor, name: str) -> None:
    if not seed.isfinite().all():
        raise InputError(f'The {name} has values that are not finite. Check the model or file that it came from.')


def walk_to_label(walk: Tensor,
                  keys: Tensor,
                  size: Sequence[int],
                  bg_thr: float = 0.25,
                  stride: int = 4) -> Tensor:
    """The pseudo label of an image from the result of :func:`random_walk`.

    Args:
        walk: `(K, ceil(H / stride), ceil(W / stride))` walked maps.
        keys: `(K,)` their image classes.
        size: height and width `(H, W)` of the image.
        bg_thr: background score, relative to the maximum over all classes and pixels.
        stride: of the maps.

    Returns:
        `(H, W)` int64 segmentation classes: image class + 1, 0 where no class is above `bg_thr`.

    Raises:
        InputError: the maps do not fit the keys or the size.
    """
    if walk.dim() != 3 or len(walk) != len(keys):
        raise InputError(f'Maps of shape {tuple(walk.shape)} do not go with {len(keys)} classes. '
                         'Pass (K, ceil(H / stride), ceil(W / stride)).')
    score, label = winner(walk_scores(walk, size, stride), keys.to(walk.device).long())
    return torch.where(score > bg_thr, label, 0)


def walk_scores(walk: Tensor, size: Sequence[int], stride: int = 4) -> Tensor:
    """The walked maps at the image's size, relative to the largest value of all of them.

    Args:
        walk: `(K, ceil(H / stride), ceil(W / stride))`, the result of :func:`random_walk`.
        size: height and width `(H, W)` of the image.
        stride: of the maps.

    Returns:
        `(K, H, W)` in [0, 1].

    Raises:
        InputError: the maps do not fit the size.
    """
    if walk.dim() != 3 or tuple(walk.shape[1:]) != strided_size(size, stride):
        raise InputError(f'Maps of shape {tuple(walk.shape)} do not go with an image of size '
                         f'{tuple(size)} at stride {stride}. '
                         'Pass (K, ceil(H / stride), ceil(W / stride)).')
    if not len(walk):
        return walk.new_zeros((0, *size), dtype=torch.float32)
    score = F.interpolate(
        walk[None].float(), scale_factor=stride, mode='bilinear', align_corners=False)[0]
    score = score[:, :size[0], :size[1]]
    return score / score.max().clamp_min(torch.finfo(score.dtype).tiny)  # all maps may be 0


def power_in_chebyshev(steps: int, tol: float) -> list[float]:
    """Coefficients `c_k` of `x^steps = sum_k c_k T_k(x)` on [-1, 1], without the last small ones.

    They are not negative and sum to 1, so the sum of those left out bounds the error. That holds
    for pixels weighted by the root of their degree, for which the transition is symmetric; the
    error of a single pixel was up to four times larger. Therefore only `tol / 8` is left out.

    Args:
        steps: the power, >= 0.
        tol: error to allow, >= 0.

    Returns:
        `c_0, c_1, ..., c_order`, with `order == steps` where nothing is left out.
    """
    coefficients = [0.0] * (steps + 1)
    for k in range(steps % 2, steps + 1, 2):
        # 2^(1 - steps) * binomial(steps, (steps - k) / 2), and half of it for k = 0
        log_binomial = (
            math.lgamma(steps + 1) - math.lgamma((steps - k) // 2 + 1)
            - math.lgamma((steps + k) // 2 + 1))
        coefficients[k] = math.exp(log_binomial + ((k > 0) - steps) * math.log(2))
    left_out = 0.0
    while len(coefficients) > 1 + steps % 2 and left_out + coefficients[-1] < tol / 8:
        left_out += coefficients.pop()
    return coefficients


def _walk(transition: Transition, seed: Tensor, steps: int, tol: float) -> Tensor:
    """`P^steps x` of maps `(K, h, w)`, in steps or in Chebyshev polynomials if they are fewer."""
    coefficients = power_in_chebyshev(steps, tol)
    order = len(coefficients) - 1
    maps, mean = transition.flatten(seed), transition.flatten(seed)
    change, change_of_mean = transition.changes_of(maps, mean)
    if order == steps:
        for _ in range(steps):
            change(out=maps, start=maps)
        return transition.unflatten(maps)
    # The other coefficients are 0. With T_2(P) = 2 P^2 - 1, T_{k+2} = 2 T_2(P) T_k - T_{k-2}; by its increments:
    # T_{k+2} - T_k = T_k - T_{k-2} + 4 (P - 1) (P + 1) T_k, and half of that from T_0, as T_{-2} = T_2.
    if steps % 2:
        change(out=maps, start=maps)  # T_1 = T_{-1} = P x
    total, increment = coefficients[steps % 2] * maps, torch.zeros_like(maps)
    for k in range(steps % 2, order, 2):
        change(out=mean, start=maps, factor=0.5)  # (P + 1) / 2 T_k
        change_of_mean(out=increment, start=increment, factor=8 if k else 4)
        maps += increment
        total.add_(maps, alpha=coefficients[k + 2])
    return transition.unflatten(total)
