"""Checking the levels that a backbone gives to a head of several levels."""
from collections.abc import Sequence
from typing import Any

from mmwsss.utils.errors import InputError


def require_levels(head: Any, channels: Sequence[int], strides: Sequence[int | None] | None = None) -> None:
    """Compare a backbone's levels with a head's.

    Args:
        head: with `in_channels` and `strides`, one entry for each level.
        channels: of the backbone's levels.
        strides: of the backbone's levels; `None` where they are not known.

    Raises:
        InputError: they differ.
    """
    name, found = type(head).__name__, tuple(strides or ())
    if tuple(channels) != tuple(head.in_channels):
        raise InputError(f'{name}: in_channels={tuple(head.in_channels)}, but the backbone returns levels of '
                         f"{tuple(channels)} channels. Set in_channels and strides to the backbone's levels, and its "
                         'out_indices.')
    if any(stride not in (None, wanted) for stride, wanted in zip(found, head.strides, strict=False)):
        raise InputError(f'{name}: strides={tuple(head.strides)}, but the backbone returns levels of the strides '
                         f"{found}. Set strides to the backbone's.")


def require_last_level(head: Any, channels: Sequence[int] | None) -> None:
    """Compare a backbone's last level with a head that reads this level alone.

    Args:
        head: with `in_channels`.
        channels: of the backbone's levels, None if unknown.

    Raises:
        InputError: they differ.
    """
    if channels is not None and channels[-1] != head.in_channels:
        raise InputError(f'{type(head).__name__}: in_channels={head.in_channels}, but the last level of the backbone '
                         f'has {channels[-1]} channels. Set in_channels={channels[-1]}, or other out_indices of the '
                         'backbone.')
