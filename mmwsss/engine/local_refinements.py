"""The local refinement that a command line or a config names."""
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mmwsss.registry import build_local_refinement

if TYPE_CHECKING:
    from mmwsss.models import LocalRefinement


def build_refinement(settings: Mapping[str, Any], owner: str) -> 'LocalRefinement':
    """Build a local refinement, and check that it can run here.

    Args:
        settings: its config, with `type`.
        owner: what names it, for messages, e.g. 'the stage crf'.

    Raises:
        InputError: its type or a setting is unknown, or it cannot run.
    """
    refinement = build_local_refinement(settings, owner)
    refinement.check()
    return refinement
