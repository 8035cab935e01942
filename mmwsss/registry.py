"""Our own registries. Networks, data sets, metrics and hooks are in those of `mmseg.registry`."""
from collections.abc import Mapping
from typing import Any

from mmengine.registry import Registry

from mmwsss.utils.errors import InputError

STAGES = Registry('stage', scope='mmseg', locations=['mmwsss.pipeline.stages'])
RECIPES = Registry('recipe', scope='mmseg', locations=['mmwsss.pipeline.recipes'])
ANNOTATIONS = Registry('annotations', scope='mmseg', locations=['mmwsss.engine.annotations'])
LOCAL_REFINEMENTS = Registry('local_refinement', scope='mmseg', locations=['mmwsss.models.local_refinements'])


def build_local_refinement(settings: Mapping[str, Any], owner: str) -> Any:
    """Build a local refinement.

    Args:
        settings: its config, with `type`.
        owner: what names it, for messages, e.g. 'the stage crf'.

    Raises:
        InputError: its type or a setting is unknown.
    """
    try:
        return LOCAL_REFINEMENTS.build(dict(settings))
    except InputError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        known = ', '.join(sorted(LOCAL_REFINEMENTS.module_dict))
        raise InputError(f'The local refinement {dict(settings)} of {owner} cannot be built; known are {known}. '
                         f'{str(error).strip()}') from error
