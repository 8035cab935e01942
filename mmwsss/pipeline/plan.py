"""From a pipeline's config to its stages, and what they learn of each other in a run."""
import functools
import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mmengine.registry import Registry

from mmwsss.engine.config import load_config, read_config
from mmwsss.engine.options import flat_options, option_text
from mmwsss.registry import RECIPES, STAGES
from mmwsss.utils.errors import InputError

from .network import Network
from .record import config_mark
from .stage import OUTPUT, Stage

RESERVED = ('lock', 'logs', 'records')  # in the work dir
RUNTIME = ('custom_imports', 'default_scope', 'work_dir')  # keys of a config that are no settings of a pipeline


class Plan:
    """The stages of a pipeline in a work dir.

    Args:
        path: of the pipeline's config; paths in its settings are relative to it.
        stages: in the order in which they run.
        work_dir: of the pipeline.
        dry: nothing was run: fingerprints and figures of earlier stages are replaced by their names.
        options: with which the pipeline's config was read.

    Attributes:
        records: of the stages that are done; the runner adds each when its output is there.

    Raises:
        InputError: two stages have one name, a stage needs an output that no earlier stage makes, or a config is
            missing or damaged.
    """

    def __init__(self, path: str, stages: Sequence[Stage], work_dir: Path, dry: bool = False,
                 options: Mapping[str, Any] | None = None) -> None:
        self.path, self.work_dir, self.dry, self.options = path, work_dir, dry, dict(options or {})
        self.stages = {stage.name: stage for stage in stages}
        self.records: dict[str, dict[str, Any]] = {}
        self._networks: dict[tuple[str, str, bool], Network] = {}
        self._images: dict[tuple[int, str], list[dict[str, Any]]] = {}
        _check_order(path, stages)
        for stage in stages:
            stage.network(self)

    def output(self, name: str) -> str:
        """The path of a stage's output."""
        return str(self.stages[name].output(self).path)

    def mark(self, name: str) -> str:
        """The fingerprint of a stage's output, taken once a run."""
        return f'<output of {name}>' if self.dry else self.records[name]['output']

    def figure(self, name: str, key: str) -> float | str:
        """A figure of a finished stage.

        Raises:
            InputError: it has no such figure.
        """
        if self.dry:
            return f'{key} of {name}'
        figures = self.records[name]['metrics']
        if key not in figures:
            raise InputError(f'The stage {name} has no figure {key}. It has: {", ".join(figures) or "none"}.')
        return figures[key]

    def fill(self, options: Mapping[str, Any]) -> dict[str, str]:
        """Options as text for a command line, with outputs in place of `{stage}`."""
        return {key: option_text(self._fill(value)) for key, value in options.items()}

    def load(self, path: str, options: Mapping[str, Any] | None = None, made_labels: bool = False) -> Network:
        """Read a network's config once; `path` is relative to the pipeline's config.

        Raises:
            InputError: it does not exist, or cannot be read.
        """
        place = Path(self.path).parent / path
        if not place.is_file():
            raise InputError(f'{self.path} names the config {path}, but {place.absolute()} does not exist. Paths are '
                             'relative to the folder of the pipeline\'s config, also those of its _base_.')
        return self._load(str(place), dict(options or {}), made_labels)

    def network(self, reference: str, options: Mapping[str, Any] | None = None) -> Network:
        """The network of a stage, or of a config file.

        Args:
            reference: name of a stage that trains it, or path of a config. If a stage trains that config from labels
                of another stage, it is that stage's network: its labels do not exist yet.
            options: further `--cfg-options`.
        """
        if reference in self.stages:
            own = self.stages[reference].network(self)
        else:
            own = self.load(reference)
            own = self._networks.get((own.path, repr({}), True), own)
        if own is None:
            raise InputError(f'{self.path}: the stage {reference} trains no network. Name one that does, or a config.')
        return self._load(own.path, {**own.options, **options}, own.made_labels) if options else own

    def images(self, network: Network, loop: str) -> list[dict[str, Any]]:
        """What the data set of a loop (`'train'`, `'val'`, `'test'`) knows of its images; it is read once."""
        from .image_lists import read_images
        key = id(network), loop
        if key not in self._images:
            self._images[key] = read_images(network, loop)
        return self._images[key]

    def names(self, network: Network, loop: str) -> list[str]:
        """Names of the images of a loop."""
        from .image_lists import name_of
        return [name_of(info) for info in self.images(network, loop)]

    def inputs(self, network: Network, parts: Sequence[str], images: tuple[Network, str],
               unread: Sequence[str] = (), **others: Any) -> dict[str, Any]:
        """What decides the output of a stage.

        Args:
            network: whose config it reads.
            parts: dotted keys of the settings that count.
            images: network and loop whose images it reads.
            unread: keys of `model` that do not count.
            **others: further inputs.
        """
        if self.dry:
            return {}
        from .image_lists import images_mark
        settings = {part: functools.reduce(lambda value, key: value[key], part.split('.'), network.cfg)
                    for part in parts}
        if 'model' in settings:
            settings['model'] = {key: value for key, value in network.cfg.model.items() if key not in unread}
        return dict(config=config_mark(settings), images=images_mark(self.images(*images)), **others)

    def require_images(self, reader: Stage, network: Network, loop: str, source: str) -> None:
        """Check that a stage writes files of all images that another reads.

        Raises:
            InputError: naming an image without a file.
        """
        written = self.stages[source].images(self)
        if written is None:
            return
        wanted, known = self.names(network, loop), set(written)
        without = [name for name in wanted if name not in known]
        if without:
            raise InputError(
                f'The stage {reader.name} reads {len(wanted)} images (the {loop} list of {network.path}), but '
                f'{source} writes no file for {len(without)} of them, e.g. {without[0]}. Add them to the list of '
                f'{source}.')

    def _load(self, place: str, options: dict[str, Any], made_labels: bool) -> Network:
        key = place, repr(options), made_labels
        if key not in self._networks:
            self._networks[key] = Network(place, load_config(place, options), options, made_labels)
        return self._networks[key]

    def _fill(self, value: Any) -> Any:
        if isinstance(value, str):
            return re.sub(OUTPUT, lambda match: self.output(match[1]) if match[1] in self.stages else match[0],
                          value)
        return value


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
        InputError: a kind or a setting is unknown, or the stages do not fit together.
    """
    built = [_build(settings, path) for settings in stages]
    if seed is not None:
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
    if not isinstance(name, str) or not re.fullmatch(r'[\w.-]+', name) or name in RESERVED:
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


def _check_order(path: str, stages: Sequence[Stage]) -> None:
    """Check that names differ and that every stage comes after those that it needs."""
    names = [stage.name for stage in stages]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f'{path}: several stages have the name {", ".join(twice)}. Give each a name of its own.')
    needs = {stage.name: stage.needs for stage in stages}
    for place, stage in enumerate(stages):
        for need in stage.needs:
            if need not in names:
                raise InputError(f'{path}: the stage {stage.name} needs {need}, which no stage makes. The stages are '
                                 f'{", ".join(names)}.')
            if need not in names[:place]:
                circle = _way(need, stage.name, needs)
                raise InputError(f'{path}: the stages need each other in a circle: '
                                 f'{" needs ".join([stage.name, *circle])}. Break it.' if circle else
                                 f'{path}: the stage {stage.name} needs {need}, which comes after it. Move {need} up.')


def _way(start: str, end: str, needs: Mapping[str, Sequence[str]], seen: tuple[str, ...] = ()) -> list[str]:
    """Stages from one to another, each of which needs the next; empty where there is no such way."""
    if start == end:
        return [end]
    if start in seen:
        return []
    ways = (_way(need, end, needs, (*seen, start)) for need in needs.get(start, ()))
    return next(([start, *way] for way in ways if way), [])
