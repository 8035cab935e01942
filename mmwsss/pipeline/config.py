"""From a pipeline's config to its stages."""
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.registry import Registry

from mmwsss.engine.config import read_config
from mmwsss.engine.options import flat_options
from mmwsss.registry import RECIPES, STAGES
from mmwsss.utils.errors import InputError
from mmwsss.utils.seeds import require_seed

from .plan import Plan
from .stage import Stage

RESERVED = ('lock', 'logs', 'records')  # in the work dir
RUNTIME = ('custom_imports', 'default_scope', 'work_dir')  # keys of a config that are no settings of a pipeline


def read_plan(path: str, work_dir: str | None = None, dry: bool = False, options: Mapping[str, Any] | None = None,
              seed: int | None = None) -> Plan:
    """Read the config of a pipeline.

    It sets `stages`, a list of settings of stages (`type` is a kind in `STAGES`), or `recipe`, the name of a function
    in `RECIPES` that returns such a list, with the arguments of that function. Without both, the only recipe that takes
    the given settings is used. Beside these it may set `test_options`: `--cfg-options` of all stages that test a
    network.

    Args:
        path: of the config.
        work_dir: of the pipeline; by default that of the config, else `work_dirs/<name of the config>`.
        dry: for a dry run.
        options: of `--cfg-options`, dotted keys of the config.
        seed: of all trainings; by default those of their configs.

    Raises:
        InputError: a config is missing or damaged, or the stages do not fit together.
    """
    settings = read_config(path, dict(options or {})).to_dict()
    work_dir = work_dir or settings.get('work_dir') or f'./work_dirs/{Path(path).stem}'
    return make_plan(stage_settings(settings, path), path, work_dir, dry, options, seed)


def make_plan(stages: Sequence[Mapping[str, Any]], path: str, work_dir: str, dry: bool = False,
              options: Mapping[str, Any] | None = None, seed: int | None = None) -> Plan:
    """Build the stages of a pipeline.

    Args:
        stages: the settings of each, with `type` and `name`.
        path: of the pipeline's config, for messages and relative paths.
        work_dir: of the pipeline.
        dry: for a dry run.
        options: with which the config was read.
        seed: of all trainings; by default those of their configs.

    Raises:
        InputError: a kind or a setting is unknown, the stages do not fit together, or the seed is out of range.
    """
    built = [_build(settings, path) for settings in stages]
    if seed is not None:
        require_seed(seed)
        for stage in built:
            stage.set_seed(seed)
    return Plan(path, built, Path(work_dir), dry, options)


def stage_settings(settings: Mapping[str, Any], path: str) -> list[dict[str, Any]]:
    """The list of stages that a pipeline's config stands for.

    Args:
        settings: of the config, see :func:`read_plan`.
        path: of the config, for messages.

    Raises:
        InputError: there are no stages, or the recipe does not take the settings.
    """
    settings = {key: value for key, value in settings.items() if key not in RUNTIME}
    tests = settings.pop('test_options', None) or {}
    if not isinstance(tests, Mapping):
        raise InputError(f"{path}: test_options must be a dictionary, e.g. {{'test_cfg.fp16': True}}, got {tests!r}.")
    stages = settings.pop('stages', None)
    if stages is not None:
        if settings or not isinstance(stages, list | tuple) or not stages:
            raise InputError(f'{path}: stages must be a list of stages, without other settings beside it '
                             f'({", ".join(settings) or stages!r}).')
    else:
        name = settings.pop('recipe', None) or _fitting_recipe(settings, path)
        recipe = _find(RECIPES, name, f'{path}: recipe')
        if tests and 'test_options' in inspect.signature(recipe).parameters:
            settings['test_options'] = flat_options(tests)
        _require_arguments(recipe, settings, f'{path}: the recipe {name}')
        stages = recipe(**settings)
    return _with_test_options(stages, flat_options(tests)) if tests else list(stages)


def _with_test_options(stages: Sequence[Any], options: Mapping[str, Any]) -> list[Any]:
    """The settings of stages, with further options of those that test a network."""
    _register()
    return [dict(stage, options={**(stage.get('options') or {}), **options})
            if isinstance(stage, Mapping) and getattr(STAGES.module_dict.get(stage.get('type')), 'tests', False)
            else stage for stage in stages]


def _fitting_recipe(settings: Mapping[str, Any], path: str) -> str:
    """The name of the only recipe that takes these settings."""
    _register()
    fitting = [name for name, recipe in RECIPES.module_dict.items() if settings and _takes(recipe, settings)]
    if len(fitting) != 1:
        lacking = {name: missing for name, recipe in RECIPES.module_dict.items()
                   if settings and (missing := _missing(recipe, settings))}
        hint = ''.join(f' {name} also needs {", ".join(missing)}.' for name, missing in lacking.items())
        raise InputError(f'{path} sets neither stages nor a recipe, and no recipe has all its settings '
                         f'({", ".join(settings) or "none"}).{hint} Set recipe to one of '
                         f'{", ".join(RECIPES.module_dict)}, or give a list of stages.')
    return fitting[0]


def _takes(recipe: Callable, settings: Mapping[str, Any]) -> bool:
    """Whether a recipe has all these settings, and needs no others."""
    return _missing(recipe, settings) == []


def _missing(recipe: Callable, settings: Mapping[str, Any]) -> list[str] | None:
    """The settings that a recipe needs in addition; `None` if it does not have all of these."""
    known = inspect.signature(recipe).parameters
    if not set(settings) <= set(known):
        return None
    return [name for name, parameter in known.items() if parameter.default is parameter.empty and name not in settings]


def _build(settings: Mapping[str, Any], path: str) -> Stage:
    """A stage from its settings."""
    own = dict(settings) if isinstance(settings, Mapping) else {}
    kind, name = own.pop('type', None), own.get('name')
    if not isinstance(name, str) or not re.fullmatch(r'\w[\w.-]*', name) or name in RESERVED:
        raise InputError(f'{path}: the name {name!r} of a stage does not fit. Use letters, digits and _, and none of '
                         f'{", ".join(RESERVED)}.')
    where = f'{path}: the stage {name}'
    builder = _find(STAGES, kind, f'{where}: type')
    _require_arguments(builder, own, where)
    try:
        return builder(**own)
    except InputError as error:
        raise InputError(f'{where}: {error}') from error


def _find(registry: Registry, name: Any, where: str) -> Callable[..., Any]:
    """A member of a registry, or an error that names all members."""
    _register()
    if isinstance(name, str) and name in registry.module_dict:
        return registry.module_dict[name]
    raise InputError(f'{where}={name!r} is unknown. Known are {", ".join(registry.module_dict)}.')


def _register() -> None:
    """Register our stages and recipes; MMEngine's own way would log it, for which it loads PyTorch."""
    from . import recipes, stages  # noqa: F401


def _require_arguments(function: Callable[..., Any], settings: Mapping[str, Any], where: str) -> None:
    parameters = inspect.signature(function).parameters
    unknown = sorted(set(settings) - set(parameters))
    missing = [name for name, parameter in parameters.items()
               if parameter.default is parameter.empty and name not in settings]
    if unknown or missing:
        raise InputError(f'{where} has unknown settings {unknown}, missing {missing}. It takes '
                         f'{", ".join(parameters)}.')
