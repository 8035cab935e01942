"""A training starts from weights of its own model: MMEngine only warns about others, and starts from random ones."""
from collections.abc import Iterator, Mapping
from contextlib import suppress

from torch import nn

from mmwsss.utils.errors import InputError

from .checkpoints import is_local, load_what_fits, read_checkpoint, weights_of


def require_own_weights(model: nn.Module, load_from: str | None) -> None:
    """Check the local checkpoints of `load_from` and of each `init_cfg` with a `prefix`.

    An `init_cfg` without a prefix is not checked, because some backbones convert the names of their weights.

    Args:
        model: without wrappers; a `load_from` may already load what fits of it.
        load_from: of the config; it need not be complete.

    Raises:
        InputError: a checkpoint cannot be read or has no weight with a name of the model, or a part of the model
            refuses its weights, e.g. a codebook those of another size.
    """
    for key, part, path, prefix in _prefixed(model):
        names = {name.removeprefix(prefix) for name in weights_of(read_checkpoint(path)) if name.startswith(prefix)}
        if names.isdisjoint(part.state_dict()):
            raise InputError(f'{key}: {path} has no weight of this {type(part).__name__} whose name starts with '
                             f'{prefix}, so it would stay random. Use the checkpoint of a model with the same part, or '
                             'correct the prefix.')
    if load_from and is_local(load_from):
        checkpoint = read_checkpoint(load_from)
        if weights_of(checkpoint).keys().isdisjoint(model.state_dict()):
            raise InputError(f'load_from: {load_from} has no weight with a name of this model, so nothing would be '
                             'loaded. Use a checkpoint of this model, or set init_cfg of the part that it belongs to.')
        with suppress(RuntimeError):  # of another shape: MMEngine warns
            load_what_fits(model, checkpoint, load_from)


def _prefixed(model: nn.Module) -> Iterator[tuple[str, nn.Module, str, str]]:
    """Key, module, local checkpoint and prefix, with a dot at its end, of each `init_cfg` that has a prefix."""
    for name, part in model.named_modules():
        found = getattr(part, 'init_cfg', None)
        for init in found if isinstance(found, list | tuple) else [found]:
            if isinstance(init, Mapping) and init.get('prefix') and is_local(init.get('checkpoint')):
                key = '.'.join(('model', *filter(None, [name]), 'init_cfg'))
                yield key, part, init['checkpoint'], init['prefix'].removesuffix('.') + '.'
