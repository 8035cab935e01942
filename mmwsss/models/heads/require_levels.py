"""Checking the levels that a backbone gives to a head of several levels."""
from collections.abc import Sequence

from torch import nn

from mmwsss.utils.errors import InputError


def require_levels(head: nn.Module, channels: Sequence[int], strides: Sequence[int | None] | None = None) -> None:
    """Compare a backbone's levels with a head's.

    Args:
        head: with `in_channels` and `strides`, one entry for each level.
        channels: of the backbone's levels.
        strides: of the backbone's levels, where they are known.

    Raises:
        InputError: they differ.
    """
    name = type(head).__name__
    if tuple(channels) != tuple(head.in_channels):
        raise InputError(f'{name}: in_channels={tuple(head.in_channels)}, but the backbone returns levels of '
                         f"{tuple(channels)} channels. Set in_channels and strides to the backbone's levels, and its "
                         'out_indices.')
    differ = [index for index, (found, wanted) in enumerate(zip(strides or (), head.strides, strict=False))
              if found is not None and found != wanted]
    if differ:
        raise InputError(f'{name}: strides={tuple(head.strides)}, but the backbone returns levels of the strides '
                         f"{tuple(strides or ())}. Set strides to the backbone's.")
