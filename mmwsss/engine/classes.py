"""Classes must be the same, in the same order, in the data, the heads and the checkpoint of a network."""
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mmengine.config import Config
from mmseg.registry import DATASETS

from mmwsss.utils.errors import InputError

HEADS = ('decode_head', 'auxiliary_head')  # of MMSeg: they count the background
CAM_HEADS = ('head', )  # of `CAMClassifier`: they do not


def classes_of(cfg: Config, loop: str) -> tuple[str, ...]:
    """The classes of a loop's data set, the background first; an empty tuple where nothing tells them.

    Args:
        cfg: of a network.
        loop: 'train', 'val' or 'test'.
    """
    dataset = (cfg.get(f'{loop}_dataloader') or {}).get('dataset') or {}
    kind = dataset.get('type')
    kind = DATASETS.get(kind) if isinstance(kind, str) else kind
    known = dataset.get('metainfo') or getattr(kind, 'METAINFO', None) or {}
    return tuple(known.get('classes') or ())


def require_heads(model: Any, classes: Sequence[str], where: str) -> None:
    """Check the number of classes of every head that names one: decode and auxiliary heads, and those of CAMs.

    Args:
        model: config of the model.
        classes: of its data, the background first; without classes nothing is checked.
        where: the config's path, for the message.

    Raises:
        InputError: naming the head and the number that it needs.
    """
    for key, head, without in _heads(model, 'model') if classes else ():
        count = len(classes) - without
        if head.get('num_classes', count) != count:
            note = ' without the background' if without else ''
            raise InputError(f'{key} of {where} has num_classes={head["num_classes"]}, but its data have {count} '
                             f'classes{note} ({_listed(classes)}). Set {key}.num_classes={count}, or correct '
                             'metainfo.classes.')


def require_classes_of_checkpoint(checkpoint: Mapping[str, Any], classes: Sequence[str], path: object) -> None:
    """Check that a network was trained on the classes that the data have now: its outputs are numbers, not names.

    Args:
        checkpoint: with MMEngine's `meta`; without classes in it nothing is checked.
        classes: of the data, the background first.
        path: of the checkpoint, for the message.

    Raises:
        InputError: the classes or their order differ.
    """
    meta = checkpoint.get('meta')
    trained = (meta.get('dataset_meta') or {}).get('classes') if isinstance(meta, Mapping) else None
    if not trained or not classes or _plain(trained) == _plain(classes):
        return
    same = sorted(_plain(trained)) == sorted(_plain(classes))
    raise InputError(f'{path} was trained on the classes {_listed(trained)}, but the dataset has {_listed(classes)}'
                     f'{": another order" if same else ""}. Its outputs would go to the wrong classes. Set '
                     'metainfo.classes to those of the checkpoint, in their order.')


def require_equal_classes(datasets: Mapping[str, Any], where: str) -> tuple[str, ...]:
    """Check that the data sets of all loops have the same classes.

    Args:
        datasets: loop -> its data set.
        where: the config's path, for the message.

    Returns:
        The classes; an empty tuple if no data set tells them.

    Raises:
        InputError: naming two loops that differ.
    """
    found = {loop: tuple(getattr(dataset, 'metainfo', {}).get('classes') or ()) for loop, dataset in datasets.items()}
    known = [loop for loop in found if found[loop]]
    for loop in known[1:]:
        if found[loop] != found[known[0]]:
            raise InputError(f'{where}: the {known[0]} dataset has the classes {_listed(found[known[0]])}, but the '
                             f'{loop} dataset has {_listed(found[loop])}. Give both the same metainfo.classes.')
    return found[known[0]] if known else ()


def _heads(part: Any, key: str) -> Iterator[tuple[str, Mapping[str, Any], int]]:
    """Key, config, and 1 for heads that do not count the background; also inside of wrappers and lists."""
    if not isinstance(part, Mapping):
        return
    for name in (*HEADS, *CAM_HEADS):
        found = part.get(name)
        heads = enumerate(found) if isinstance(found, list | tuple) else [(None, found)]
        for index, head in heads:
            if isinstance(head, Mapping):
                yield f'{key}.{name}' + ('' if index is None else f'.{index}'), head, int(name in CAM_HEADS)
    yield from _heads(part.get('module'), f'{key}.module')


def _plain(classes: Sequence[str]) -> list[str]:
    """Names without the underscores of `__background__`."""
    return [str(classes[0]).strip('_').lower(), *map(str, classes[1:])]


def _listed(classes: Sequence[str], shown: int = 25) -> str:
    return ', '.join(map(str, classes[:shown])) + (', ...' if len(classes) > shown else '')
