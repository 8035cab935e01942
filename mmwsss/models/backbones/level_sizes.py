"""The channels and strides of a backbone's levels, found before anything runs."""
from typing import NamedTuple

import torch
from torch import nn
from torch.func import functional_call

SIDE = 64  # of the imaginary images


class Level(NamedTuple):
    """A level's channels, and its stride in pixels; `None` where its size is no divisor of the image's."""
    channels: int
    stride: int | None


def level_sizes(backbone: nn.Module) -> list[Level] | None:
    """Return the sizes of each level, or None where they cannot be found, as of a stub without levels.

    Shapes pass through the network, values do not: nothing is computed and no weight changes.

    Args:
        backbone: any network that takes `(N, 3, H, W)`.
    """
    tensors = {**dict(backbone.named_parameters()), **dict(backbone.named_buffers())}
    try:
        shapes = {name: torch.empty_like(tensor, device='meta') for name, tensor in tensors.items()}
        levels = functional_call(backbone, shapes, (torch.empty(2, 3, SIDE, SIDE, device='meta'), ))
        levels = levels if isinstance(levels, tuple | list) else (levels, )
        sizes = [(channels, height) for _, channels, height, _ in (level.shape for level in levels)]
    except Exception:  # of any type: the network may want another size, compute on values, or return no maps
        return None
    return [Level(channels, None if SIDE % height else SIDE // height) for channels, height in sizes] or None


def level_channels(backbone: nn.Module) -> list[int] | None:
    """Return the channels of each level, or None where they cannot be found; see :func:`level_sizes`."""
    levels = level_sizes(backbone)
    return None if levels is None else [level.channels for level in levels]
