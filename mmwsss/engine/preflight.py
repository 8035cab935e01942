"""Checking data, settings and initial weights before a network is built or workers start."""
import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from mmengine.config import Config
from mmengine.dataset import BaseDataset, ConcatDataset, RepeatDataset
from mmengine.registry import DATASETS, init_default_scope
from mmseg.registry import MODELS, WEIGHT_INITIALIZERS

from mmwsss.models.backbones.build import build_backbone
from mmwsss.utils.errors import InputError
from mmwsss.version import find_package

from .checkpoints import is_local
from .config import nested_parts, require_parts
from .decode_head_levels import require_decode_head_levels
from .error_messages import plain_message


def build_datasets(cfg: Config, loops: Sequence[str]) -> dict[str, BaseDataset]:
    """Build the datasets of a run.

    Args:
        cfg: the run's config.
        loops: some of `'train'`, `'val'`, `'test'`; the first must be configured, others may be missing.

    Returns:
        Loop -> its dataset, fully initialised.

    Raises:
        InputError: the first loop is not configured, or files of a dataset are missing.
    """
    require_parts(cfg, f'{loops[0]}_dataloader')
    init_default_scope(cfg.get('default_scope') or 'mmengine')
    dataloaders = {loop: cfg.get(f'{loop}_dataloader') for loop in loops}
    return {loop: _build(loop, dataloader['dataset']) for loop, dataloader in dataloaders.items()
            if dataloader and isinstance(dataloader.get('dataset'), dict)}


def try_images(dataset: BaseDataset, count: int = 8) -> list:
    """Load some images as a loop will, so that files that do not fit are named before the training starts.

    A data set sees the names of label files only. Files of another data set, stage or image size differ in all or most
    images, so a few are enough.

    Args:
        dataset: of the training or its validation, fully initialised.
        count: at most so many images, spread evenly, and one of each part of a concatenation that these miss.

    Returns:
        Their data samples, where the pipeline packs any.

    Raises:
        InputError: from a step of the pipeline.
    """
    step = max(-(-len(dataset) // count), 1)
    indices = set(range(0, len(dataset), step))
    indices.update(part.start for part in _parts(dataset) if part and indices.isdisjoint(part))
    items = [dataset[index] for index in sorted(indices)]
    return [item['data_samples'] for item in items if isinstance(item, dict) and 'data_samples' in item]


def initial_weights(cfg: Mapping) -> Iterator[tuple[str, str]]:
    """The local checkpoints that a training starts from: `load_from`, and those in all `init_cfg` of the model.

    Args:
        cfg: the run's config.

    Yields:
        The key in the config and the path of each.
    """
    inits = [(f'{key}.checkpoint', part['checkpoint']) for key, part in nested_parts(cfg.get('model'), 'model')
             if '.init_cfg' in key and 'checkpoint' in part]
    for key, path in (('load_from', cfg.get('load_from')), *inits):
        if isinstance(path, str) and is_local(path):
            yield key, path


def require_initial_weights(cfg: Mapping, later: Sequence[str] = ()) -> None:
    """Check that the local checkpoints exist that a training starts from.

    Args:
        cfg: the run's config.
        later: parts of the paths of those that are made later.

    Raises:
        InputError: a local checkpoint does not exist.
    """
    for key, path in initial_weights(cfg):
        if not Path(path).expanduser().is_file() and not any(part in path for part in later):
            raise InputError(f'{key}: {path} does not exist. Train that model first, or set another path with '
                             f'--cfg-options {key}=PATH.')


@contextmanager
def levels_named(model: Mapping) -> Iterator[None]:
    """Name levels that a backbone lacks, where a model of MMSegmentation cannot be built for that reason.

    Args:
        model: config of the model that is built inside.

    Raises:
        InputError: naming the backbone and its `out_indices`.
    """
    try:
        yield
    except (AssertionError, IndexError):
        if model.get('backbone'):
            build_backbone(copy.deepcopy(model['backbone']))
        raise


def require_model(cfg: Config, where: str) -> None:
    """Check that the settings of a model fit together, by building it without memory for its weights.

    What another project's model cannot do without memory is no error.

    Args:
        cfg: of the network.
        where: what names it, for the message.

    Raises:
        InputError: from a part of the model, e.g. of levels that its backbone does not have; or a part has no such
            setting.
    """
    init_default_scope(cfg.get('default_scope') or 'mmengine')
    try:
        with torch.device('meta'), levels_named(cfg.model):
            model = MODELS.build(copy.deepcopy(cfg.model))
    except InputError as error:
        raise InputError(f'{where}: {plain_message(error)}') from error
    except TypeError as error:
        if 'unexpected keyword' in str(error):
            raise InputError(f'{where}: {error}. Correct the name of the setting.') from error
    except Exception:  # the stage itself says so
        return
    require_decode_head_levels(model, where)


def missing_packages(model: object, where: str) -> str:
    """Say which packages are not installed that parts of a model need beside those of mmwsss.

    Args:
        model: config of the model; a registered class names them in its attribute `needs_packages`.
        where: what names the model, for the message.

    Returns:
        A message with the command that installs them; empty if none is missing.
    """
    missing = [package for package in dict.fromkeys(_packages(model)) if find_package(package) is None]
    return (f'{where} needs {" and ".join(missing)}, not installed here. Run: pip install '
            f'{" ".join(missing).replace("_", "-")}') if missing else ''


def require_packages(model: object, where: str) -> None:
    """Check that the packages are installed which parts of a model need; see :func:`missing_packages`.

    Raises:
        InputError: naming all that are missing.
    """
    message = missing_packages(model, where)
    if message:
        raise InputError(message)


def _packages(model: object) -> Iterator[str]:
    """The packages that classes in a config name."""
    for _, part in nested_parts(model, 'model'):
        kind = part.get('type')
        if isinstance(kind, str):  # of the other projects no class tells, so those with a scope are not looked for
            kind = None if '.' in kind else MODELS.get(kind) or WEIGHT_INITIALIZERS.get(kind)
        yield from getattr(kind, 'needs_packages', ())


def _parts(dataset: BaseDataset, start: int = 0) -> Iterator[range]:
    """The indices of each data set that a concatenation joins, also inside other wrappers; `start` is its first."""
    if isinstance(dataset, ConcatDataset):
        for part in dataset.datasets:
            yield from _parts(part, start)
            start += len(part)
    elif isinstance(dataset, RepeatDataset):
        yield from _parts(dataset.dataset, start)  # its first pass
    else:
        yield range(start, start + len(dataset))


def _build(loop: str, cfg: dict) -> BaseDataset:
    """Build one dataset; on failure, name its missing files or the setting that it does not have."""
    try:
        dataset = DATASETS.build(cfg)
        if hasattr(dataset, 'full_init'):
            dataset.full_init()
        return dataset
    except InputError:
        raise
    except TypeError as error:
        if 'unexpected keyword' not in str(error):
            raise
        raise InputError(f'The {loop} dataset ({cfg["type"]}): {error}. Correct the name of the setting. Tools that '
                         'read CAMs or labels need an ImageLabelDataset, without a ConcatDataset or the like around '
                         'it.') from error
    except (AssertionError, OSError) as error:  # from MMSegmentation's own datasets, often without a message
        missing = [str(path) for path in _paths(cfg) if not path.exists()]
        if not missing:
            raise
        raise InputError(
            f'Files of the {loop} dataset ({cfg["type"]}) do not exist: {", ".join(dict.fromkeys(missing))}. Put your '
            f'data there, or set data_root (--cfg-options {loop}_dataloader.dataset.data_root=PATH).') from error


def _paths(cfg: object) -> Iterator[Path]:
    """The local paths in a dataset's config, also inside dataset wrappers."""
    if isinstance(cfg, (list, tuple)):
        for item in cfg:
            yield from _paths(item)
    if not isinstance(cfg, dict):
        return
    root = Path(cfg.get('data_root') or '')
    names = [cfg.get('ann_file'), *(cfg.get('data_prefix') or {}).values()]
    yield from (root / name for name in names if isinstance(name, str) and name and '://' not in name)
    for key in ('dataset', 'datasets'):
        yield from _paths(cfg.get(key))
