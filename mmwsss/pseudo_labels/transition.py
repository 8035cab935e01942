"""The transition of a random walk between neighbouring pixels.

`P = D^-1 A`: `A` holds the affinities of pixel pairs to a power `beta` (1 between a pixel and itself), `D` the sums of
its rows, so every step replaces each pixel by the weighted mean of its neighbourhood. IRN (Ahn, Cho, Kwak, CVPR 2019)
and AffinityNet (Ahn, Kwak, CVPR 2018) write a map as a row before the column-normalised `A D^-1`; since `A` is
symmetric, that is the same.

`A` has at most `2 * 34 + 1` values a pixel (radius 5), in bands: a product is a few shifted vectors. A CPU takes one
band at a time, whose vectors stay in its cache. Any other device takes all bands at once, as the time to start an
operator counts there.
"""
from collections.abc import Sequence
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError
from mmwsss.utils.threads import one_thread

from .path_index import path_index
from .path_minimum import path_minimum


class Change(Protocol):
    """Write `out = start + factor * (P x - x)`, all contiguous `(K, n)`; `out` may be `start` or `x`."""

    def __call__(self, out: Tensor, start: Tensor, factor: float = 1) -> None: ...


class Transition:
    """`P` for maps `(K, h, w)`, made by :meth:`from_boundary` or :meth:`from_affinity`.

    A flat map is padded with pixels that no pair reaches: each row by `radius - 1` on the right, and the map by
    `radius` rows above it. Then a pair `(dy, dx)` is one distance in the flat map, across the left border too, and
    `A x` is a sum of shifted copies.

    Args:
        size: height and width `(h, w)` of the maps.
        affinity: `(radius, 2 radius - 1, n)` float32, contiguous, with `n = (radius + h) * (w + radius - 1)`: at
            `[dy, radius - 1 + dx]` the affinities of the pair `(dy, dx)`, to the power `beta`, in the flat map. 0 where
            either pixel lies outside the map, and for pairs that `path_index(radius)` does not have.

    Attributes:
        size: height and width of the maps.
    """

    def __init__(self, size: tuple[int, int], affinity: Tensor) -> None:
        self.size, self.radius = size, len(affinity)
        self.row = size[1] + self.radius - 1
        self.affinity = affinity
        # The same by the second pixel of each pair, `dy * row + dx` later.
        span, pixels = affinity.shape[1:]
        self.by_second = affinity.as_strided(
            affinity.shape, (span * pixels - self.row, pixels - 1, 1), self.radius - 1)
        self.inverse_degree = 1 / (1 + affinity.sum((0, 1)) + self.by_second.sum((0, 1)))

    @classmethod
    @torch.no_grad()
    def from_boundary(cls, boundary: Tensor, radius: int = 5, beta: float = 10) -> 'Transition':
        """IRN's transition: the strongest boundary on the path between two pixels parts them.

        The affinity is `(1 - strongest boundary)^beta`.

        Args:
            boundary: `(h, w)` or `(1, h, w)` boundary probability in [0, 1].
            radius: pixels closer than this exchange activation.
            beta: power of the affinities, > 0.

        Raises:
            InputError: the shape or a value does not fit, or a setting is out of range.
        """
        if boundary.dim() == 3 and len(boundary) == 1:
            boundary = boundary[0]
        if boundary.dim() != 2:
            raise InputError(f'The boundary has the shape {tuple(boundary.shape)}. Pass (1, h, w) or (h, w).')
        _check_values('boundary', boundary, beta)
        (height, width), radius = boundary.shape, path_index(radius).radius
        reach = radius - 1
        # Paths may leave the map: full boundary there.
        open_ = F.pad(1 - boundary.float(), (reach, 2 * reach, radius, reach))[None]
        with one_thread(boundary.device):
            affinity = _no_affinity((height, width), radius, open_)
            for dy, dx, weakest in path_minimum(open_, radius) if reach else ():
                torch.pow(weakest.flatten(1), beta, out=affinity[dy, reach + dx:reach + dx + len(weakest)])
            return cls((height, width), affinity)

    @classmethod
    @torch.no_grad()
    def from_affinity(cls, affinity: Tensor, radius: int = 5, beta: float = 8) -> 'Transition':
        """AffinityNet's transition: affinities of the pixel pairs themselves.

        Every pair inside the map counts, up to the border. AffinityNet's program has pairs only where all of a
        pixel's neighbours are inside the map: set the affinities of the other pixels to 0 for its numbers.

        Args:
            affinity: `(P, h, w)` in [0, 1]: `affinity[p, y, x]` belongs to the pixels `(y, x)` and `(y + dy, x + dx)`
                with `(dy, dx) = path_index(radius).destinations[p]`. Values of pairs that leave the map are ignored.
            radius: pixels closer than this exchange activation.
            beta: power of the affinities, > 0.

        Raises:
            InputError: the shape or a value does not fit, or a setting is out of range.
        """
        destinations = path_index(radius).destinations
        if affinity.dim() != 3 or len(affinity) != len(destinations):
            raise InputError(f'The affinities have the shape {tuple(affinity.shape)}. With radius={radius}, pass '
                             f'({len(destinations)}, h, w).')
        height, width = affinity.shape[1:]
        dy, dx = torch.tensor(destinations, device=affinity.device).T[..., None]
        rows, columns = (torch.arange(side, device=affinity.device) for side in (height, width))
        inside = (rows + dy < height)[:, :, None] & ((columns + dx >= 0) & (columns + dx < width))[:, None, :]
        affinity = torch.where(inside, affinity.float(), 0)
        _check_values('affinities', affinity, beta)
        radius = int(radius)
        with one_thread(affinity.device):
            lines = F.pad(affinity.pow(beta), (0, radius - 1, radius, 0)).flatten(1)
            affinity = _no_affinity((height, width), radius, lines)
            affinity[dy.flatten(), radius - 1 + dx.flatten()] = lines
            return cls((height, width), affinity)

    @classmethod
    def stack(cls, transitions: Sequence['Transition']) -> 'Transition':
        """Return one transition for images of equal width and radius, above each other with `radius` rows between.

        No pair connects them: those rows have no affinities, as the rows above a map.
        """
        first, heights = transitions[0], [transition.size[0] for transition in transitions]
        size = sum(heights) + first.radius * (len(heights) - 1), first.size[1]
        return cls(size, torch.cat([transition.affinity for transition in transitions], dim=2))

    def flatten(self, maps: Tensor) -> Tensor:
        """`(K, h, w) -> (K, n)`, in new memory that :meth:`changes_of` can read."""
        flat = F.pad(maps, (0, self.radius - 1, self.radius, 0)).flatten()
        room = self.radius * self.row  # for the shifts of the first and the last pixel
        return F.pad(flat, (room, room))[room:-room].view(len(maps), -1)

    def unflatten(self, flat: Tensor) -> Tensor:
        """Undo :meth:`flatten`."""
        height, width = self.size
        return flat.unflatten(-1, (self.radius + height, self.row))[:, self.radius:, :width].contiguous()

    def changes_of(self, *sources: Tensor) -> list[Change]:
        """Return for each source a function that computes `P x - x` of what the source holds when it is called.

        Their memory and views are ready, because they are called often.

        Args:
            sources: `(K, n)` each, from :meth:`flatten`.
        """
        return self._by_bands(sources) if sources[0].device.type == 'cpu' else self._at_once(sources)

    def _by_bands(self, sources: Sequence[Tensor]) -> list[Change]:
        change, flow = torch.empty_like(sources[0]), torch.empty_like(sources[0])
        above, pixels = self.radius * self.row, change.shape[1]
        bands = []
        for dy, dx in path_index(self.radius).destinations.tolist():
            shift = dy * self.row + dx
            if above + shift < pixels:  # the map is long enough to have such pairs
                line = self.affinity[dy, self.radius - 1 + dx, above:-shift]
                bands.append((slice(above, -shift), slice(above + shift, None), line))
        places = [(line, flow[:, first], change[:, first], change[:, second]) for first, second, line in bands]

        def change_of(source: Tensor) -> Change:
            ends = [(source[:, first], source[:, second]) for first, second, _ in bands]

            def write(out: Tensor, start: Tensor, factor: float = 1) -> None:
                change.zero_()
                for (first, second), (affinity, difference, change_first, change_second) in zip(
                        ends, places, strict=True):
                    torch.sub(second, first, out=difference)
                    change_first.addcmul_(affinity, difference)
                    change_second.addcmul_(affinity, difference, value=-1)
                torch.addcmul(start, self.inverse_degree, change, value=factor, out=out)

            return write

        return [change_of(source) for source in sources]

    def _at_once(self, sources: Sequence[Tensor]) -> list[Change]:
        reach, span = self.radius - 1, 2 * self.radius - 1
        # One shift `(dy, dx)` after the other, from `(-reach, -reach)`.
        weight = torch.cat([self.by_second.flip(0, 1), self.affinity[1:]])
        weight[reach] += self.affinity[0]
        weight = weight.mul_(self.inverse_degree)[:, :, None]
        flow = weight.new_empty(span, span, *sources[0].shape)
        by_pixel, ones = flow.view(span * span, -1).t(), flow.new_ones(span * span)

        def change_of(source: Tensor) -> Change:
            shifted = source.as_strided(flow.shape, (self.row, 1, *source.stride()),
                                        source.storage_offset() - reach * (self.row + 1))

            def write(out: Tensor, start: Tensor, factor: float = 1) -> None:
                torch.sub(shifted, source, out=flow).mul_(weight)
                torch.addmv(start.view(-1), by_pixel, ones, alpha=factor, out=out.view(-1))

            return write

        return [change_of(source) for source in sources]


def _no_affinity(size: tuple[int, int], radius: int, like: Tensor) -> Tensor:
    return like.new_zeros(radius, 2 * radius - 1, (radius + size[0]) * (size[1] + radius - 1))


def _check_values(name: str, values: Tensor, beta: float) -> None:
    # Comparisons with NaN are false.
    if values.numel() and not (values.min() >= 0 and values.max() <= 1):
        raise InputError(f'The {name} must lie in [0, 1]: probabilities, e.g. the sigmoid of the logits.')
    if not beta > 0:
        raise InputError(f'beta={beta} must be above 0.')
