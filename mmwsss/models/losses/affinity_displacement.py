"""What IRNet learns from a label map: where affinity breaks, and where objects lie.

Ahn, Cho, Kwak: Weakly Supervised Learning of Instance Segmentation with Inter-pixel Relations (IRN), CVPR 2019,
section 4.2. Pairs of pixels closer than a radius are positive when their labels are equal and negative when they
differ; pixels with the ignored label are in no pair.

There are millions of pairs and thousands of pixels, so all that depends on the network is written as a sum over pixels:

- The loss of a pair's affinity depends on the strongest boundary on its path. Sorted by strength, this is the path's
  smallest rank. What counts is how many pairs of each kind have their strongest boundary at a pixel.
- The absolute error of a pair's displacement is `sign(a - b) * (a - b)`. What counts is the sum of a pixel's signs. The
  expected difference of a foreground pair is its offset; adding coordinates to the foreground's displacements makes
  the expected difference 0 for all pairs.

Both are constants to autograd, and exact: neither a rank nor a sign changes with an infinitesimal step.
"""
import torch
from torch import Tensor

from mmwsss.pseudo_labels.path_index import path_index
from mmwsss.pseudo_labels.path_minimum import destination_rows, path_minimum
from mmwsss.pseudo_labels.pixel_pairs import pair_sources, pair_targets
from mmwsss.utils.errors import InputError

from .over_ranks import over_ranks

EPS = 1e-5  # of the published losses: in each logarithm and each denominator


def affinity_displacement_loss(boundary_logits: Tensor,
                               displacement: Tensor,
                               labels: Tensor,
                               radius: int = 10,
                               ignore_index: int = 255) -> dict[str, Tensor]:
    """IRNet's four losses; the published objective is half their sum.

    Each is a sum over pairs divided by their number. In a distributed run the numbers are summed over all
    ranks, and each rank's sum is scaled so that the mean of the ranks' losses (and of their gradients) is
    that of one process with the whole batch.

    Args:
        boundary_logits: `(N, 1, h, w)`.
        displacement: `(N, 2, h, w)`, (dy, dx) in pixels of the map.
        labels: `(N, h, w)` integers, 0 is the background.
        radius: pairs are closer than this, in pixels of the map.
        ignore_index: label of pixels that are not certain.

    Returns:
        Scalars, 0 where there are no such pairs: `loss_pos_affinity` and `loss_neg_affinity` (cross entropy of
        affinities, the former a mean of background and foreground), `loss_fg_displacement` and
        `loss_bg_displacement` (absolute error a component).

    Raises:
        InputError: shapes do not fit.
    """
    size = labels.shape
    if boundary_logits.shape != (size[0], 1, *size[1:]) or displacement.shape != (size[0], 2, *size[1:]):
        raise InputError(f'Boundaries {tuple(boundary_logits.shape)}, displacements {tuple(displacement.shape)} and '
                         f'labels {tuple(size)} do not fit: pass (N, 1, h, w), (N, 2, h, w) and (N, h, w).')
    logits, order = boundary_logits.float().flatten(1).sort(dim=1, descending=True, stable=True)
    foreground = (labels != 0).float()
    positions = displacement.float().transpose(0, 1) + foreground * _coordinates(displacement)
    pairs = pairs_by_boundary(order, labels, radius, ignore_index)
    signs = sums_of_signs(positions, labels, radius, ignore_index)

    strongest = logits.sigmoid()
    positive = pairs[:2] * -(1 - strongest + EPS).log()
    negative = pairs[2] * -(strongest + EPS).log()
    wide = _widest_float(labels.device)
    error = (positions.to(wide) * signs).sum(0)  # differences of coordinates: few digits of float32 would be left
    fg_error = (error * foreground).sum()

    counts, world = over_ranks(pairs.sum((1, 2), dtype=wide))
    background_pairs, foreground_pairs, negative_pairs = (counts + EPS).unbind()
    losses = dict(
        loss_pos_affinity=(positive[0].sum() / background_pairs + positive[1].sum() / foreground_pairs) / 2,
        loss_neg_affinity=negative.sum() / negative_pairs,
        loss_fg_displacement=fg_error / (2 * foreground_pairs),
        loss_bg_displacement=(error.sum() - fg_error) / (2 * background_pairs))
    return {name: (world * loss).float() for name, loss in losses.items()}


def _widest_float(device: torch.device) -> torch.dtype:
    """float64, or float32 where a device has no float64 (Apple's GPUs)."""
    try:
        return torch.empty(0, dtype=torch.float64, device=device).dtype
    except TypeError:
        return torch.float32


@torch.no_grad()
def pairs_by_boundary(order: Tensor, labels: Tensor, radius: int, ignore_index: int = 255) -> Tensor:
    """How many pairs have their strongest boundary at a pixel.

    Args:
        order: `(N, h w)`, the pixels of each image by falling strength of the boundary.
        labels: `(N, h, w)` integers.
        radius: pairs are closer than this. Sources are the pixels whose pairs all lie inside.
        ignore_index: label of pixels in no pair.

    Returns:
        `(3, N, h w)` int64, in the order of `order`: pairs within the background, within a class, of different classes.
    """
    if not _has_pairs(labels, radius):
        return order.new_zeros(3, *order.shape)
    ranks = torch.arange(order.numel(), dtype=torch.int32, device=order.device).view_as(order)
    ranks = torch.empty_like(ranks).scatter_(1, order, ranks)
    own, other = _ends(labels, radius, ignore_index)
    ignored = (labels == ignore_index).to(torch.uint8)
    kind_of_equal = 2 + (own != 0).to(torch.uint8)
    keys, done = ranks.new_empty(len(path_index(radius)), *own.shape), 0
    for dy, dx, strongest in path_minimum(ranks.view(labels.shape), radius):
        equal = own == pair_targets(other, dy, dx, len(strongest), radius)
        in_no_pair = torch.maximum(pair_sources(ignored, radius), pair_targets(ignored, dy, dx, len(strongest), radius))
        kind = in_no_pair + equal * kind_of_equal  # 0: different, 1: in no pair, 2: background, 3: foreground
        torch.add(strongest, kind, alpha=order.numel(), out=keys[done:done + len(strongest)])
        done += len(strongest)
    counts = torch.bincount(keys.flatten(), minlength=4 * order.numel()).view(4, *order.shape)
    return torch.stack([counts[2], counts[3], counts[0]])


@torch.no_grad()
def sums_of_signs(positions: Tensor, labels: Tensor, radius: int, ignore_index: int = 255) -> Tensor:
    """The derivative of the sum of `|a - b|` over all pairs of equal labels.

    Args:
        positions: `(2, N, h, w)`.
        labels: `(N, h, w)` integers.
        radius: see :func:`pairs_by_boundary`.
        ignore_index: label of pixels in no pair.

    Returns:
        `(2, N, h, w)`. Its product with `positions` is the sum itself.
    """
    sums = torch.zeros_like(positions)
    if not _has_pairs(labels, radius):
        return sums
    own, other = _ends(labels, radius, ignore_index)
    rows, columns = own.shape[1:]
    # The zeros at the end of each row keep rows apart when maps are moved on by the columns of their destinations.
    buffer = positions.new_zeros(2 * radius - 1, 2, len(labels), rows, columns + 2 * radius - 2)
    for dy, dx, number in destination_rows(radius):
        signs = buffer[:number, ..., :columns]
        torch.sub(pair_sources(positions, radius), pair_targets(positions, dy, dx, number, radius), out=signs)
        signs.sign_().mul_((own == pair_targets(other, dy, dx, number, radius))[:, None])
        pair_sources(sums, radius).add_(signs.sum(0))
        first, reach = radius - 1 + dx, columns + number - 1
        moved = buffer.as_strided((number, *signs.shape[1:-1], reach), (buffer.stride(0) - 1, *buffer.stride()[1:]))
        sums[..., dy:dy + rows, first:first + reach].sub_(moved.sum(0))
    return sums


def _has_pairs(labels: Tensor, radius: int) -> bool:
    """Whether a pixel can have all of its pairs inside."""
    return radius > 1 and labels.shape[-2] >= radius and labels.shape[-1] >= 2 * radius - 1


def _ends(labels: Tensor, radius: int, ignore_index: int) -> tuple[Tensor, Tensor]:
    """Labels of the sources `(N, h', w')` and of possible targets `(N, h, w)`, never equal where ignored."""
    ignored, labels = labels == ignore_index, labels.to(torch.int16)
    return pair_sources(labels.masked_fill(ignored, -1), radius), labels.masked_fill(ignored, -2)


def _coordinates(maps: Tensor) -> Tensor:
    """y and x of every pixel, `(2, 1, h, w)`."""
    y, x = (torch.arange(length, dtype=torch.float32, device=maps.device) for length in maps.shape[-2:])
    return torch.stack(torch.meshgrid(y, x, indexing='ij'))[:, None]
