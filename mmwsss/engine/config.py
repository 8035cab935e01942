"""Configs and what the command line changes in them; importing this loads no PyTorch."""
from pathlib import Path

from mmengine.config import Config

from mmwsss.utils.errors import InputError

from .launchers import process_rank
from .options import require_config

SEED = 0  # where the config sets none


def load_config(path: str, options: dict | None = None, work_dir: str | None = None,
                launcher: str = 'none') -> Config:
    """Read a config and what the command line changes in it.

    Args:
        path: of the config file.
        options: of `--cfg-options`, dotted keys.
        work_dir: of `--work-dir`; without it the config's own, without that
            `./work_dirs/<name of the config>`.
        launcher: one of MMEngine's launchers.

    Returns:
        The config, with a work_dir, a launcher and a seed.

    Raises:
        InputError: there is no such file, it cannot be read, or an option does not fit into it.
        ImportError: of a module that the config imports.
    """
    cfg = read_config(path, options)
    cfg.launcher = launcher
    cfg.work_dir = work_dir or cfg.get('work_dir') or f'./work_dirs/{Path(path).stem}'
    _set_seed(cfg)
    return cfg


def read_config(path: str, options: dict | None = None) -> Config:
    """Read a config file and change settings in it.

    Args:
        path: of the config file.
        options: of `--cfg-options`, dotted keys.

    Returns:
        The config; nothing else is set in it.

    Raises:
        InputError: there is no such file, it cannot be read, or an option does not fit into it.
        ImportError: of a module that the config imports.
    """
    require_config(path)
    options = options or {}
    try:
        cfg = Config.fromfile(path)
    except ImportError:
        raise  # of custom_imports: the traceback shows whose import it is
    except Exception as error:  # a config is a program: it may raise anything
        raise InputError(f'{path} cannot be read as a config. {type(error).__name__}: {error}') from error
    try:
        cfg.merge_from_dict(options)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        given = ' '.join(f'{key}={value}' for key, value in options.items())
        raise InputError(f'--cfg-options {given} does not fit {path}. {error}') from error
    return cfg


def say(cfg: Config, message: str) -> None:
    """Print once, whatever the number of processes.

    Args:
        cfg: its `launcher` tells where this process finds its rank; the first one prints.
        message: a line.
    """
    if process_rank(cfg.get('launcher', 'none')) == 0:
        print(message, flush=True)


def _set_seed(cfg: Config) -> None:
    """Give every run a seed that its log and its dumped config tell."""
    randomness = cfg.get('randomness') or {}
    if randomness.get('seed') is None:
        randomness['seed'] = SEED
        say(cfg, f'The config sets no seed: taking {SEED}.')
    cfg.randomness = randomness
