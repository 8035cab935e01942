"""The transition of a random walk between neighbouring pixels.

`P = D^-1 A`: `A` holds the affinities of pixel pairs to a power `beta` (1 between a pixel and itself), `D` the sums of
its rows, so every step replaces each pixel by the weighted mean of its neighbourhood. IRN (Ahn, Cho, Kwak, CVPR 2019)
and AffinityNet (Ahn, Kwak, CVPR 2018) write a map as a row before the column-normalised `A D^-1`; since `A` is
symmetric, that is the same.

`A` has at most `2 * 34 + 1` values a pixel (radius 5), in bands: a product is a few shifted vectors.
"""
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from mmwsss.utils.errors import InputError
from mmwsss.utils.threads import one_thread

from .path_index import path_index


class Transition:
    """`P` for maps `(K, h, w)`, made by :meth:`from_boundary` or :meth:`from_affinity`.

    The rows of a map are padded: on the right, each gets `radius - 1` pixels that no pair reaches. Then a pair
    `(dy, dx)` is one distance in the flat map, across the left border too, and `A x` is a sum of shifted copies.

    Args:
        size: height and width `(h, w)` of the maps.
        radius: pixels closer than this exchange activation.
        affinity: `(P, h * (w + radius - 1))` float32 affinities of the pairs of `path_index(radius)`, to the power
            `beta`, in the padded flat map; 0 where either pixel lies outside the map.

    Attributes:
        size: height and width of the maps.
    """

    def __init__(self, size: tuple[int, int], radius: int, affinity: Tensor) -> None:
        self.size, self.pad = tuple(size), radius - 1
        row, pixels = size[1] + self.pad, affinity.shape[1]
        pairs = [(int(dy * row + dx), line)
                 for (dy, dx), line in zip(path_index(radius).destinations, affinity, strict=True)]
        # Pairs that are further apart than the flat map is long have no pixels.
        self.bands = [(shift, line) for shift, line in pairs if shift < pixels]
        degree = affinity.new_ones(pixels)
        for shift, line in self.bands:
            degree[:-shift] += line[:-shift]
            degree[shift:] += line[:-shift]
        self.inverse_degree = 1 / degree

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
        boundary, radius = boundary.float(), path_index(radius).radius
        height, width = boundary.shape
        row = width + radius - 1
        # Paths may leave the flat map at its start and its end: full boundary there, as in the padding.
        flat = F.pad(boundary, (0, radius - 1), value=1).flatten()
        flat = F.pad(flat, (radius - 1, radius * row), value=1)
        paths = path_index(radius)
        with one_thread(boundary.device):
            strongest = flat.new_zeros(len(paths), height * row)
            for line, (_, path) in zip(strongest, paths, strict=True):
                for y, x in path:
                    start = radius - 1 + y * row + x
                    torch.maximum(line, flat[start:start + height * row], out=line)
            return cls((height, width), radius, (1 - strongest).pow_(beta))

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
        flat = F.pad(affinity, (0, int(radius) - 1)).flatten(1)
        with one_thread(affinity.device):
            return cls((height, width), int(radius), flat.pow(beta))

    def flatten(self, maps: Tensor) -> Tensor:
        """`(..., h, w) -> (..., h * padded w)`."""
        return F.pad(maps, (0, self.pad)).flatten(-2)

    def unflatten(self, flat: Tensor) -> Tensor:
        """Undo :meth:`flatten`."""
        height, width = self.size
        return flat.unflatten(-1, (height, width + self.pad))[..., :width].contiguous()

    def change_of(self, maps: Tensor) -> Callable[[], Tensor]:
        """Return a function that computes `P x - x` of what `maps (K, n)` holds when it is called.

        It returns the same memory each time and has its views ready, because it is called often.
        """
        out, flow = torch.empty_like(maps), torch.empty_like(maps)
        views = [(line[:-shift], maps[:, :-shift], maps[:, shift:], flow[:, shift:], out[:, :-shift], out[:, shift:])
                 for shift, line in self.bands]

        def change() -> Tensor:
            out.zero_()
            for affinity, here, there, difference, out_here, out_there in views:
                torch.sub(there, here, out=difference)
                out_here.addcmul_(affinity, difference)
                out_there.addcmul_(affinity, difference, value=-1)
            return out.mul_(self.inverse_degree)

        return change


def _check_values(name: str, values: Tensor, beta: float) -> None:
    # Comparisons with NaN are false.
    if values.numel() and not (values.min() >= 0 and values.max() <= 1):
        raise InputError(f'The {name} must lie in [0, 1]: probabilities, e.g. the sigmoid of the logits.')
    if not beta > 0:
        raise InputError(f'beta={beta} must be above 0.')
