"""The local refinement that a stage names."""
from collections.abc import Mapping
from typing import Any

from mmwsss.engine.local_refinements import build_refinement
from mmwsss.engine.options import option_text


def refinement_options(settings: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Options of `--cfg-options` that set a local refinement.

    Args:
        settings: its config, with `type`.
        key: of the config that takes it, e.g. `'ir_label_refinement'`.
    """
    return {f'{key}.{name}': value for name, value in settings.items()}


def refinement_words(settings: Mapping[str, Any]) -> list[str]:
    """Words of a command line that set a local refinement: `TYPE KEY=VALUE ...`."""
    return [str(settings['type']), *(f'{name}={option_text(value)}' for name, value in settings.items()
                                     if name != 'type')]


def refinement_name(settings: bool | Mapping[str, Any]) -> str:
    """What tables call a local refinement: its type, `'CRF'` for short where it is a DenseCRF.

    Args:
        settings: its config; `True` or no `type` stand for a DenseCRF.
    """
    return str(settings.get('type', 'DenseCRF') if isinstance(settings, Mapping) else 'DenseCRF').removeprefix('Dense')


def require_refinement(settings: Mapping[str, Any], stage: str) -> None:
    """Check that a local refinement exists and can run here.

    Args:
        settings: its config, with `type`.
        stage: that names it, for messages.

    Raises:
        InputError: its type or a setting is unknown, or it cannot run.
    """
    build_refinement(settings, f'the stage {stage}')
