"""Parts of a segmentor that work elsewhere only; without this check the error comes from deep inside a layer."""
from collections.abc import Iterator, Mapping
from typing import Any

from mmseg.registry import MODELS

from mmwsss.utils.errors import InputError

from .classes import HEADS


def require_places(model: Any, where: str) -> None:
    """Check that the neck, heads and `loss_decode` of MMSeg's segmentors are parts that work there.

    Args:
        model: config of the model; a registered class that works elsewhere only says where in its attribute `part_of`.
        where: the config's path, for the message.

    Raises:
        InputError: naming the part and where it works.
    """
    for key, part in _parts(model, 'model'):
        kind = part.get('type')
        if isinstance(kind, str):  # parts of other projects are not looked for
            kind = MODELS.get(kind) if '.' not in kind or kind.startswith('mmseg.') else None
        place = getattr(kind, 'part_of', None)
        if place:
            raise InputError(f'{key} of {where} is a {part["type"]}, which works only as {place}. Move it there, or '
                             'use another part here.')


def _parts(part: Any, key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Key and config of the parts that a segmentor hands to MMSeg's code; also inside of wrappers and lists."""
    if isinstance(part, list | tuple):
        for index, inner in enumerate(part):
            yield from _parts(inner, f'{key}.{index}')
    elif isinstance(part, Mapping):
        if key != 'model':
            yield key, part
        names = ('neck', *HEADS) if 'decode_head' in part else ('loss_decode', 'module')
        for name in names:
            yield from _parts(part.get(name), f'{key}.{name}')
