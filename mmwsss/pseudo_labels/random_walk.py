"""The random walk that spreads class activation maps up to the boundaries of objects.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations
(IRN), CVPR 2019. A map `x` becomes `P^steps x` with `P = D^-1 A`, where `A` holds the affinities of
pixel pairs to the power `beta` (1 between a pixel and itself) and `D` the sums of its rows: every
step replaces each pixel by the weighted mean of its neighbourhood. The reference writes the map as
a row before the column-normalised `A D^-1`; since `A` is symmetric, that is the same.

What makes it fast, lean and exact:

* `A` has at most `2 * 34 + 1` values a pixel (radius 5), in bands: a product is a few shifted
  vectors.
* `P` is similar to `D^-1/2 A D^-1/2`, whose spectrum lies in [-1, 1]. There the power is a sum of
  Chebyshev polynomials, `x^s = sum_k c_k T_k(x)`, whose coefficients fade beyond `k ~ sqrt(s)`:
  76 products do the work of 256 (Sachdeva, Vishnoi: Faster Algorithms via Approximation
  Theory, 2014, section 3).
* `P x - x` is summed from differences between pixels. Summed as means, float32 rounding would add
  up to 1e-4 over the steps, because each step would miss the mean by a little.
"""
import math
from collections.abc import Callable, Sequence
from numbers import Integral

import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError
from mmwsss.utils.threads import one_thread

from .cam import strided_size, winner
from .path_index import path_index


@torch.no_grad()
def random_walk(cam: Tensor,
                boundary: Tensor,
                radius: int = 5,
                beta: float = 10,
                steps: int = 256,
                tol: float = 1e-5) -> Tensor:
    """Spread class activation maps by a random walk that boundaries stop.

    Args:
        cam: `(K, h, w)` maps of K >= 0 classes, of any number type.
        boundary: `(1, h, w)` or `(h, w)` boundary probability in [0, 1], on the same device. The
            walk starts from `cam * (1 - boundary)`.
        radius: pixels closer than this exchange activation.
        beta: power of the affinities, > 0.
        steps: of the walk, >= 0. The published 256 are `exp_times=8` in the reference.
        tol: error that may come from leaving out Chebyshev polynomials, for maps of maximum 1.
            0 walks every step.

    Returns:
        `(K, h, w)` float32 on the device of `cam`.

    Raises:
        InputError: shapes do not fit, values are not finite, the boundary is not in [0, 1], or a
            setting is out of its range.
    """
    boundary = _check(cam, boundary, beta, steps, tol).float()
    seed = cam.float() * (1 - boundary)
    if not seed.numel():
        return seed
    with one_thread(boundary.device):
        transition = _Transition(boundary, path_index(radius).radius, beta)
        return transition.unflatten(_walk(transition, transition.flatten(seed), int(steps), tol))


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
    while len(coefficients) > 1 and left_out + coefficients[-1] < tol / 8:
        left_out += coefficients.pop()
    return coefficients


def _walk(transition: '_Transition', seed: Tensor, steps: int, tol: float) -> Tensor:
    """`P^steps x` of flat maps `(K, n)`, in steps or in Chebyshev polynomials if they are fewer."""
    coefficients = power_in_chebyshev(steps, tol)
    order = len(coefficients) - 1
    maps = seed.clone()
    change = transition.change_of(maps)
    if order == steps:
        for _ in range(steps):
            maps += change()
        return maps
    total = coefficients[0] * maps
    # T_{k+1} = 2 P T_k - T_{k-1}, by its increments:
    # T_{k+1} - T_k = T_k - T_{k-1} + 2 (P T_k - T_k), and T_1 - T_0 = P T_0 - T_0.
    increment = torch.zeros_like(maps)
    for k in range(1, order + 1):
        increment.add_(change(), alpha=1 if k == 1 else 2)
        maps += increment
        total.add_(maps, alpha=coefficients[k])
    return total


class _Transition:
    """`P` for maps whose rows are padded.

    On its right, every row of a map gets `radius - 1` pixels of full boundary, which nothing
    crosses. Then a pair `(dy, dx)` is one distance in the flat map, across the left border too, and
    `A x` is a sum of shifted copies.
    """

    def __init__(self, boundary: Tensor, radius: int, beta: float) -> None:
        self.size, self.pad = boundary.shape, radius - 1
        self.shifts, self.affinity = _affinity(boundary, radius, beta)
        degree = torch.ones_like(self.flatten(boundary))
        for shift, affinity in zip(self.shifts, self.affinity, strict=True):
            degree[:-shift] += affinity[:-shift]
            degree[shift:] += affinity[:-shift]
        self.inverse_degree = 1 / degree

    def flatten(self, maps: Tensor) -> Tensor:
        """`(..., h, w) -> (..., h * padded w)`."""
        return F.pad(maps, (0, self.pad)).flatten(-2)

    def unflatten(self, flat: Tensor) -> Tensor:
        """The inverse of :meth:`flatten`."""
        height, width = self.size
        return flat.unflatten(-1, (height, width + self.pad))[..., :width].contiguous()

    def change_of(self, maps: Tensor) -> Callable[[], Tensor]:
        """A function that computes `P x - x` of what `maps (K, n)` holds when it is called.

        It returns the same memory each time and has its views ready, for it is called often.
        """
        out, flow = torch.empty_like(maps), torch.empty_like(maps)
        views = [(affinity[:-shift], maps[:, :-shift], maps[:, shift:], flow[:, shift:],
                  out[:, :-shift], out[:, shift:])
                 for shift, affinity in zip(self.shifts, self.affinity, strict=True)]

        def change() -> Tensor:
            out.zero_()
            for affinity, here, there, difference, out_here, out_there in views:
                torch.sub(there, here, out=difference)
                out_here.addcmul_(affinity, difference)
                out_there.addcmul_(affinity, difference, value=-1)
            return out.mul_(self.inverse_degree)

        return change


def _affinity(boundary: Tensor, radius: int, beta: float) -> tuple[list[int], Tensor]:
    """Affinities of all pairs in the layout of :class:`_Transition`.

    Returns:
        The P distances in the flat map, and `(P, n)` the affinity, to the power `beta`, between
        each pixel and the one at that distance; 0 where either lies outside the map.
    """
    height, width = boundary.shape
    row = width + radius - 1
    pixels = height * row
    # Paths leave the flat map before its first pixel and behind its last: full boundary as well.
    flat = F.pad(boundary, (0, radius - 1), value=1).flatten()
    flat = F.pad(flat, (radius - 1, radius * row), value=1)
    # Pairs that are further apart than the flat map is long have no pixels.
    pairs = [(int(dy * row + dx), path) for (dy, dx), path in path_index(radius)]
    pairs = [(shift, path) for shift, path in pairs if shift < pixels]
    strongest = flat.new_zeros(len(pairs), pixels)
    for line, (_, path) in zip(strongest, pairs, strict=True):
        for y, x in path:
            start = radius - 1 + y * row + x
            torch.maximum(line, flat[start:start + pixels], out=line)
    return [shift for shift, _ in pairs], (1 - strongest).pow_(beta)


def _check(cam: Tensor, boundary: Tensor, beta: float, steps: int, tol: float) -> Tensor:
    """The boundary as `(h, w)`, after everything fits."""
    if boundary.dim() == 3 and len(boundary) == 1:
        boundary = boundary[0]
    if cam.dim() != 3 or boundary.dim() != 2 or cam.shape[1:] != boundary.shape:
        raise InputError(f'A CAM of shape {tuple(cam.shape)} and a boundary of shape '
                         f'{tuple(boundary.shape)} do not fit together. '
                         'Pass (K, h, w) and (1, h, w) or (h, w).')
    # Comparisons with NaN are false.
    if boundary.numel() and not (boundary.min() >= 0 and boundary.max() <= 1):
        raise InputError('The boundary has values that are not in [0, 1]. Pass probabilities: the '
                         'sigmoid of the logits.')
    if not cam.isfinite().all():
        raise InputError('The CAM has values that are not finite. Look at the model or the file '
                         'that it came from.')
    if not beta > 0 or not isinstance(steps, Integral) or steps < 0 or not tol >= 0:
        raise InputError(f'A walk with beta={beta}, steps={steps}, tol={tol} is not defined. '
                         'Use beta > 0, an integer steps >= 0 and tol >= 0.')
    return boundary
