"""Our configs and tools, in a clone and in an installed package, and `mmwsss::` in the paths of configs."""
import os
import sys
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

from .utils.errors import InputError

PREFIX = 'mmwsss::'


def package_folder() -> Path:
    """The folder with `configs` and `tools`: `.mim` in an installed package, or the clone."""
    folder = Path(__file__).resolve().parent
    return folder / '.mim' if (folder / '.mim').is_dir() else folder.parent


def find_config(name: str) -> Path:
    """The path of one of our configs.

    Args:
        name: `mmwsss::` and a path below `configs`, with or without `.py`.

    Raises:
        InputError: there is no such config.
    """
    folder = package_folder() / 'configs'
    path = folder / name.removeprefix(PREFIX)
    if path.suffix != '.py':
        path = path.with_name(f'{path.name}.py')
    if not path.is_file():
        raise InputError(f'mmwsss has no config {path.relative_to(folder)}. Its configs are the files below {folder}.')
    return path


def resolve_config(name: str, folder: str | os.PathLike = '') -> str:
    """The path of a config that a command line or another config names.

    Args:
        name: `mmwsss::` and the name of one of ours, or a path.
        folder: where a relative path starts.

    Raises:
        InputError: there is none of ours with this name.
    """
    return str(find_config(name)) if name.startswith(PREFIX) else os.path.join(folder, name)


def support_package_configs() -> None:
    """Let MMEngine read `mmwsss::` in `_base_` and in `get_config`.

    MMEngine takes such paths from the packages in a list of its own only, and only if they name a folder. It also
    gives the dictionaries of such a base the package's scope, but our components are in MMSegmentation's.
    """
    utils: Any = import_module('mmengine.config.utils')
    config: Any = import_module('mmengine.config.config')
    if getattr(utils, '_mmwsss', False):
        return
    utils._mmwsss = True
    base_path, split, metainfo = config.Config._get_cfg_path, utils._get_package_and_cfg_path, utils._get_cfg_metainfo

    @wraps(base_path)
    def get_base_path(cfg_path: str, filename: str) -> tuple[str, str | None]:
        return (str(find_config(cfg_path)), None) if cfg_path.startswith(PREFIX) else base_path(cfg_path, filename)

    @wraps(split)
    def split_path(cfg_path: str) -> tuple[str, str]:
        return ('mmwsss', str(find_config(cfg_path))) if cfg_path.startswith(PREFIX) else split(cfg_path)

    @wraps(metainfo)
    def get_metainfo(package_path: str, cfg_path: str) -> dict[str, Any]:
        if os.path.isabs(cfg_path):  # one of ours, which has no weights: MMEngine goes on with the path
            raise ValueError(cfg_path)
        return metainfo(package_path, cfg_path)

    config.Config._get_cfg_path = staticmethod(get_base_path)
    utils._get_package_and_cfg_path, utils._get_cfg_metainfo = split_path, get_metainfo
    hub: Any = sys.modules.get('mmengine.hub.hub')
    if hub is not None:  # it has copied the names
        hub._get_package_and_cfg_path, hub._get_cfg_metainfo = split_path, get_metainfo
