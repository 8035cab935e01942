"""Checks of everything that stages read, in seconds and before the first of them starts."""
from collections.abc import Sequence

from mmengine.config import Config
from mmseg.registry import DATASETS

from mmwsss.utils.errors import InputError

from .plan import Network, Plan

LOOPS = ('train', 'val', 'test')


def check_inputs(plan: Plan) -> None:
    """Check that images, lists, labels and masks exist, and that classes and lists fit together.

    Outputs of other stages are not looked for.

    Raises:
        InputError: naming what is missing or does not fit.
    """
    networks = {id(network): network for stage in plan.stages.values() if (network := stage.network(plan))}
    check_classes(list(networks.values()))
    for stage in plan.stages.values():
        stage.check(plan)


def check_classes(networks: Sequence[Network]) -> None:
    """Check that all networks have the same classes, in their data sets and heads.

    Raises:
        InputError: naming the config that differs.
    """
    wanted: tuple[str, ...] = ()
    first = None
    for network in networks:
        for loop in (loop for loop in LOOPS if network.cfg.get(f'{loop}_dataloader')):
            found = classes_of(network.cfg, loop)
            if first is None:
                first, wanted = network, found
            if not found:
                raise InputError(f'{loop}_dataloader.dataset of {network.path} does not tell its classes. Set '
                                 "metainfo=dict(classes=('background', ...)).")
            if found != wanted:
                raise InputError(f'{network.path} has the classes {", ".join(found)} in its {loop}_dataloader, '
                                 f'{first.path} has {", ".join(wanted)}. All stages need the same classes in the same '
                                 'order.')
        _check_head(network, 'head', len(wanted) - 1, ' without the background')
        _check_head(network, 'decode_head', len(wanted), '')


def classes_of(cfg: Config, loop: str) -> tuple[str, ...]:
    """The classes of a loop's data set, the background first; an empty tuple where nothing tells them.

    Args:
        cfg: of a network.
        loop: 'train', 'val' or 'test'.
    """
    dataset = cfg[f'{loop}_dataloader'].dataset
    return tuple((dataset.get('metainfo') or DATASETS.get(dataset.type).METAINFO).get('classes', ()))


def _check_head(network: Network, name: str, count: int, note: str) -> None:
    """Check the number of classes of a head, where it has one."""
    head = network.cfg.get('model', {}).get(name)
    found = head.get('num_classes', count) if isinstance(head, dict) else count
    if found != count:
        raise InputError(f'model.{name} of {network.path} has num_classes={found}, but its data have {count} '
                         f'classes{note}. Set num_classes={count}.')
