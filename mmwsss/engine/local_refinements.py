"""The local refinement that a command line or a config names."""
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mmwsss.utils.errors import InputError

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
    from mmwsss.registry import LOCAL_REFINEMENTS
    try:
        refinement = LOCAL_REFINEMENTS.build(dict(settings))
    except InputError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        known = ', '.join(sorted(LOCAL_REFINEMENTS.module_dict))
        raise InputError(f'The local refinement {dict(settings)} of {owner} cannot be built; known are {known}. '
                         f'{str(error).strip()}') from error
    refinement.check()
    return refinement
