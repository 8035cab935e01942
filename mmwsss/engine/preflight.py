"""The data are looked for first: before weights are fetched, a network is built or workers start."""
from collections.abc import Iterator, Sequence
from pathlib import Path

from mmengine.config import Config
from mmengine.registry import DATASETS, init_default_scope
from mmengine.runner import Runner
from torch.utils.data import Dataset

from mmwsss.utils.errors import InputError


def build_datasets(cfg: Config, loops: Sequence[str]) -> dict[str, Dataset]:
    """Build the datasets that a run is about to read.

    Args:
        cfg: the run's config.
        loops: of `'train'`, `'val'`, `'test'`; the first must be configured, others may be missing.

    Returns:
        Loop -> its dataset, complete.

    Raises:
        InputError: the first loop is not configured, or files of a dataset are missing.
    """
    if not cfg.get(f'{loops[0]}_dataloader'):
        raise InputError(f'{cfg.filename} has no {loops[0]}_dataloader, so there is nothing to '
                         f'{loops[0]} on. Take a config that has one.')
    init_default_scope(cfg.get('default_scope') or 'mmengine')
    dataloaders = {loop: cfg.get(f'{loop}_dataloader') for loop in loops}
    return {loop: _build(loop, dataloader['dataset']) for loop, dataloader in dataloaders.items()
            if dataloader and isinstance(dataloader.get('dataset'), dict)}


def hand_over(datasets: dict[str, Dataset], runner: Runner) -> None:
    """Let a runner use the datasets that are built already, instead of reading them again.

    Args:
        datasets: from :func:`build_datasets`.
        runner: before its loops are built.
    """
    for loop, dataset in datasets.items():
        dataloader = getattr(runner, f'_{loop}_dataloader', None)
        if isinstance(dataloader, dict):
            dataloader['dataset'] = dataset


def _build(loop: str, cfg: dict) -> Dataset:
    """Build one dataset; say which of its files are missing where it cannot be built."""
    try:
        dataset = DATASETS.build(cfg)
        if hasattr(dataset, 'full_init'):
            dataset.full_init()
        return dataset
    except InputError:
        raise
    except (AssertionError, OSError) as error:  # what MMSegmentation's own datasets raise, often mute
        missing = [str(path) for path in _paths(cfg) if not path.exists()]
        if not missing:
            raise
        raise InputError(
            f'The {loop} dataset ({cfg["type"]}) needs what does not exist: '
            f"{', '.join(dict.fromkeys(missing))}. Put the data there, or set data_root (--cfg-options "
            f'{loop}_dataloader.dataset.data_root=PATH).') from error


def _paths(cfg: object) -> Iterator[Path]:
    """The local files and folders that a dataset's config names, also inside dataset wrappers."""
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
