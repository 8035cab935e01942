"""Whether the networks of a pipeline speak of the same classes."""
from mmengine.config import Config
from mmseg.registry import DATASETS

from mmwsss.utils.errors import InputError

from .image_lists import require_plain_dataset

LOOPS = ('train', 'val', 'test')


def classes_of(cfg: Config, loop: str) -> tuple[str, ...]:
    """The classes of a loop's data set, the background first; none where nothing tells them.

    Args:
        cfg: of a network.
        loop: 'train', 'val' or 'test'.
    """
    dataset = cfg[f'{loop}_dataloader'].dataset
    return tuple((dataset.get('metainfo') or DATASETS.get(dataset.type).METAINFO).get('classes', ()))


def check_classes(configs: dict[str, Config], paths: dict[str, str]) -> None:
    """See that all networks have loops with data sets, and that these and the heads have the same classes.

    Args:
        configs: by network.
        paths: of the configs, for messages.

    Raises:
        InputError: naming what is missing or differs.
    """
    for name, cfg in configs.items():
        _check_loops(cfg, paths[name])
    wanted = classes_of(configs['classifier'], 'train')
    if not wanted:
        raise InputError(f'train_dataloader.dataset of {paths["classifier"]} does not tell its classes. Set '
                         "metainfo=dict(classes=('background', ...)).")
    for name, cfg in configs.items():
        for loop in (loop for loop in LOOPS if cfg.get(f'{loop}_dataloader')):
            found = classes_of(cfg, loop)
            if found != wanted:
                raise InputError(f'{paths[name]} has the classes {", ".join(found)} in its {loop}_dataloader, '
                                 f'{paths["classifier"]} has {", ".join(wanted)}. All stages need the same, in the '
                                 'same order.')
    _check_head(configs['classifier'], 'head', len(wanted) - 1, paths['classifier'], ' without the background')
    if 'segmentor' in configs:
        _check_head(configs['segmentor'], 'decode_head', len(wanted), paths['segmentor'])


def _check_loops(cfg: Config, path: str) -> None:
    """See that a config is one of a training and a test."""
    missing = [key for key in ('model', 'train_cfg') if not cfg.get(key)]
    if missing:
        raise InputError(f'{path} has no {missing[0]}, so it is no config of a training. Give one that is.')
    for loop in LOOPS:
        if loop != 'val' or cfg.get('val_dataloader'):
            require_plain_dataset(cfg, loop, path)


def _check_head(cfg: Config, name: str, count: int, path: str, note: str = '') -> None:
    """See that a head, where it is one with classes, has those of the data."""
    head = cfg.model.get(name)
    found = head.get('num_classes', count) if isinstance(head, dict) else count
    if found != count:
        raise InputError(f'model.{name} of {path} has num_classes={found}, but its data have {count} classes{note}. '
                         f'Set num_classes={count}.')
