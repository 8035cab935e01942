"""The channels and strides of a backbone's levels, found before anything runs."""
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.func import functional_call

SIDE = 64  # of the imaginary images


class Level(NamedTuple):
    """A level's channels, and its stride in pixels; `None` where its size is no divisor of the image's."""
    channels: int
    stride: int | None


def level_sizes(backbone: nn.Module) -> list[Level] | None:
    """Return the sizes of each level, or None where they cannot be found, as of a stub without levels.

    Args:
        backbone: any network that takes `(N, 3, H, W)`.
    """
    sizes = [(level.shape[1], level.shape[2]) for level in shapes_of_levels(backbone)]
    return [Level(channels, None if SIDE % height else SIDE // height) for channels, height in sizes] or None


def level_channels(backbone: nn.Module) -> list[int] | None:
    """Return the channels of each level, or None where they cannot be found; see :func:`level_sizes`."""
    levels = level_sizes(backbone)
    return None if levels is None else [level.channels for level in levels]


def shapes_of_levels(backbone: nn.Module) -> Sequence[Tensor]:
    """Return the levels as tensors `(2, C, h, w)` without values; none where they cannot be found.

    Args:
        backbone: any network that takes `(N, 3, H, W)`, also with a neck behind it (`nn.Sequential`).
    """
    try:
        levels = call_without_values(backbone, torch.empty(2, 3, SIDE, SIDE, device='meta'))
        levels = levels if isinstance(levels, tuple | list) else (levels, )
        return levels if all(len(level.shape) == 4 for level in levels) else ()
    except Exception:  # of any type: the network may want another size, compute on values, or return no maps
        return ()


def call_without_values(network: nn.Module, inputs: Any) -> Any:
    """Pass shapes through a network, but no values: nothing is computed and no weight changes.

    Args:
        network: of any kind.
        inputs: what it takes, of tensors on the device `meta`.
    """
    tensors = {**dict(network.named_parameters()), **dict(network.named_buffers())}
    shapes = {name: torch.empty_like(tensor, device='meta') for name, tensor in tensors.items()}
    return functional_call(network, shapes, (inputs, ))
