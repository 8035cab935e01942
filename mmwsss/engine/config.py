"""Reading configs and applying command line options; importing this does not load PyTorch."""
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mmwsss.utils.errors import InputError
from mmwsss.utils.seeds import require_seed

from .launchers import process_rank
from .options import require_config
from .unread_options import check_options

SEED = 0  # if the config sets none


def load_config(path: str, options: dict | None = None, work_dir: str | None = None,
                launcher: str = 'none') -> Config:
    """Read a config and apply command line options.

    Args:
        path: the config file.
        options: from `--cfg-options`, dotted keys.
        work_dir: from `--work-dir`; by default the config's own, else `./work_dirs/<name of the config>`.
        launcher: one of MMEngine's launchers.

    Returns:
        The config, with a work_dir, a launcher and a seed.

    Raises:
        InputError: the file is missing or cannot be read, an option does not fit it, or the seed is out of range.
        ImportError: raised by a module that the config imports.
    """
    cfg = read_config(path, options, launcher)
    cfg.launcher = launcher
    cfg.work_dir = work_dir or cfg.get('work_dir') or f'./work_dirs/{Path(path).stem}'
    _set_seed(cfg)
    return cfg


def read_config(path: str, options: dict | None = None, launcher: str = 'none') -> Config:
    """Read a config file and apply only `--cfg-options`.

    Args:
        path: the config file.
        options: from `--cfg-options`, dotted keys.
        launcher: one of MMEngine's launchers; only the first rank prints.

    Returns:
        The config.

    Raises:
        InputError: the file is missing or cannot be read, or an option does not fit it or has no effect.
        ImportError: raised by a module that the config imports.
    """
    require_config(path)
    options = options or {}
    try:
        cfg = Config.fromfile(path)
    except ImportError:
        raise  # from custom_imports; the traceback shows the failing module
    except Exception as error:  # a config is a program and may raise anything
        raise InputError(f'{path} cannot be read as a config. {type(error).__name__}: {error}') from error
    remarks = check_options(cfg, options, path)
    if remarks and process_rank(launcher) == 0:
        print('\n'.join(remarks), flush=True)
    try:
        cfg.merge_from_dict(options)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        given = ' '.join(f'{key}={value}' for key, value in options.items())
        raise InputError(f'--cfg-options {given} does not fit {path}. {error}') from error
    return cfg


def require_parts(cfg: Config, *parts: str) -> None:
    """Check that a config has what a tool reads of it.

    Args:
        cfg: of a network.
        parts: keys, e.g. `'model'`, `'test_dataloader'`.

    Raises:
        InputError: it lacks one of them, perhaps because it is the config of a pipeline.
    """
    missing = [part for part in parts if not cfg.get(part)]
    if missing:
        remedy = ('It is the config of a pipeline: run tools/run_pipeline.py, or give the config of one of its '
                  'networks.' if {'recipe', 'stages'} & set(cfg) else 'Use a config that has one.')
        raise InputError(f'{cfg.filename or "The config"} has no {", ".join(missing)}. {remedy}')


def say(cfg: Config, message: str) -> None:
    """Print a line on the first rank only.

    Args:
        cfg: its `launcher` determines the rank of this process.
        message: the line.
    """
    if process_rank(cfg.get('launcher', 'none')) == 0:
        print(message, flush=True)


def nested_parts(part: Any, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All dictionaries in a part of a config, itself included, with their dotted keys.

    Args:
        part: of the config.
        key: its own.
    """
    if isinstance(part, Mapping):
        yield key, part
    items = part.items() if isinstance(part, Mapping) else enumerate(part) if isinstance(part, list | tuple) else ()
    for name, inner in items:
        yield from nested_parts(inner, f'{key}.{name}')


def _set_seed(cfg: Config) -> None:
    """Give every run a seed, recorded in its log and its dumped config."""
    randomness = cfg.get('randomness') or {}
    if randomness.get('seed') is None:
        randomness['seed'] = SEED
        say(cfg, f'The config sets no seed; using {SEED}.')
    require_seed(randomness['seed'], f'randomness.seed of {cfg.filename or "the config"}')
    cfg.randomness = randomness
