"""Watching a training in TensorBoard, Weights & Biases or another of MMEngine's backends."""
import importlib.util
from collections.abc import Sequence

import mmengine.visualization  # noqa: F401  registers the backends
from mmengine.config import Config
from mmengine.registry import VISBACKENDS

from mmwsss.utils.errors import InputError


def backend_types(packages: Sequence[str]) -> list[str]:
    """The types of MMEngine's backends that write for these packages.

    Args:
        packages: e.g. `['tensorboard']`: names of backends without `VisBackend`, in any case.

    Raises:
        InputError: there is no such backend, or its package is not installed.
    """
    known = {kind.lower().removesuffix('visbackend'): kind for kind in VISBACKENDS.module_dict}
    known.pop('local', None)  # always there
    types = []
    for name in packages:
        package = name.lower()
        if package not in known:
            raise InputError(f'--vis {name} is unknown. Choose from {", ".join(sorted(known))}.')
        if importlib.util.find_spec(package) is None:
            raise InputError(f'--vis {name} needs the package {package}, which is not installed. Run: pip install '
                             f'{package}')
        types.append(known[package])
    return types


def add_backends(cfg: Config, packages: Sequence[str]) -> None:
    """Let the visualizer of a run write into further backends.

    Args:
        cfg: the run's config, changed in place; a backend that it has already is not added again.
        packages: as in :func:`backend_types`.

    Raises:
        InputError: there is no such backend, or its package is not installed.
    """
    types = backend_types(packages)
    if not types:
        return
    if cfg.get('visualizer') is None:
        cfg.visualizer = dict(type='Visualizer', vis_backends=[dict(type='LocalVisBackend')])
    backends = list(cfg.visualizer.get('vis_backends') or [])
    present = {backend['type'].rpartition('.')[2] for backend in backends}
    cfg.visualizer.vis_backends = backends + [
        dict(type=kind) for kind in dict.fromkeys(types) if kind not in present]
