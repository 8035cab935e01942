"""Checking the levels that a backbone gives to a head."""
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


class ReadsLastLevel:
    """A part of heads that read the backbone's last level alone.

    Attributes:
        in_channels: channels of that level.
    """
    in_channels: int

    def check(self, channels: Sequence[int] | None, views: Sequence[dict]) -> None:
        """Check the model around the head; `CAMClassifier` calls it before anything runs.

        Args:
            channels: of the backbone's levels, None if unknown.
            views: the model's `train_cfg.views`.

        Raises:
            InputError: the last level has other channels.
        """
        if channels is not None and channels[-1] != self.in_channels:
            raise InputError(f'{type(self).__name__}: in_channels={self.in_channels}, but the last level of the '
                             f'backbone has {channels[-1]} channels. Set in_channels={channels[-1]}, or other '
                             'out_indices of the backbone.')
