"""Checking that decode heads of MMSegmentation read levels that their backbone has."""
from collections.abc import Iterator, Sequence
from typing import Any

from torch import Tensor, nn

from mmwsss.models.backbones.level_sizes import call_without_values, shapes_of_levels
from mmwsss.utils.errors import InputError

HEADS = ('decode_head', 'auxiliary_head')


def require_decode_head_levels(model: Any, where: str) -> None:
    """Compare `in_index` and `in_channels` of decode and auxiliary heads with the levels of the backbone, or the neck.

    A head that differs but can take the levels, as one that ignores `in_index`, is no error. Nothing is checked where
    the levels cannot be found.

    Args:
        model: a segmentor; others pass.
        where: the config's path, for the message.

    Raises:
        InputError: naming the head, and the channels of all levels.
    """
    heads = list(_heads(model))
    if not heads:
        return
    neck = getattr(model, 'neck', None)
    levels = shapes_of_levels(nn.Sequential(model.backbone, neck) if neck is not None else model.backbone)
    for key, head in heads if levels else ():
        if not _fits(head, levels) and not _takes(head, levels):
            channels = [level.shape[1] for level in levels]
            raise InputError(
                f"model.{key} of {where} has in_index={head.in_index} and in_channels={head.in_channels}, but the "
                f"{'backbone' if neck is None else 'neck'} returns {len(channels)} levels, of {channels} channels. Set "
                f'model.{key}.in_index and in_channels to levels that are there, or out_indices of the backbone.')


def _heads(model: Any) -> Iterator[tuple[str, Any]]:
    """The heads that name levels, with their keys in the model's config."""
    for key in HEADS if hasattr(model, 'backbone') else ():
        head = getattr(model, key, None)
        parts = [(f'{key}.{index}', one) for index, one in enumerate(head)] if isinstance(head, nn.ModuleList) else [
            (key, head)]
        yield from (part for part in parts if hasattr(part[1], 'in_index') and hasattr(part[1], 'in_channels'))


def _fits(head: Any, levels: Sequence[Tensor]) -> bool:
    """Whether a head's levels are there, with its channels; several that it concatenates have their sum."""
    indices = head.in_index if isinstance(head.in_index, list | tuple) else [head.in_index]
    if not all(-len(levels) <= index < len(levels) for index in indices):
        return False
    found = [levels[index].shape[1] for index in indices]
    wanted = head.in_channels
    return found == list(wanted) if isinstance(wanted, list | tuple) else sum(found) == wanted


def _takes(head: nn.Module, levels: Sequence[Tensor]) -> bool:
    """Whether a head computes something from the levels."""
    try:
        call_without_values(head, levels)
    except Exception:  # of any type: of a missing level, or of channels
        return False
    return True
