"""Checks of everything that stages read, in seconds and before the first of them starts."""
import copy
from collections.abc import Sequence

from mmwsss.engine.classes import classes_of, require_heads
from mmwsss.engine.preflight import require_model, require_packages
from mmwsss.utils.errors import InputError

from .network import Network
from .plan import Plan

LOOPS = ('train', 'val', 'test')


def check_inputs(plan: Plan) -> None:
    """Check that images, lists, labels, masks and packages exist, and that classes, lists and models fit together.

    Outputs of other stages are not looked for. The command of every stage is put together, too, as in a dry run.

    Raises:
        InputError: naming what is missing or does not fit.
    """
    networks = {id(network): network for stage in plan.stages.values() if (network := stage.network(plan))}
    check_classes(list(networks.values()))
    for network in networks.values():
        require_packages(network.cfg.get('model'), network.path)
        if network.cfg.get('model'):
            require_model(network.cfg, network.path)
    for stage in plan.stages.values():
        stage.check(plan)
    rehearsal = copy.copy(plan)
    rehearsal.dry = True
    for stage in plan.stages.values():
        stage.call(rehearsal)


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
                raise InputError(f'{loop}_dataloader.dataset of {network.path} does not define its classes. Set '
                                 "metainfo=dict(classes=('background', ...)).")
            if found != wanted:
                raise InputError(f'{network.path} has the classes {", ".join(found)} in its {loop}_dataloader, '
                                 f'{first.path} has {", ".join(wanted)}. All stages need the same classes in the same '
                                 'order.')
        require_heads(network.cfg.get('model'), wanted, network.path)
