"""The order of the stages of a pipeline."""
from collections.abc import Mapping, Sequence

from mmwsss.utils.errors import InputError

from .stage import Stage


def check_order(path: str, stages: Sequence[Stage]) -> None:
    """Check that names differ and that every stage comes after those that it needs.

    Args:
        path: of the pipeline's config, for messages.
        stages: in the order in which they run.

    Raises:
        InputError: two stages have one name, or a stage needs an output that no earlier stage makes.
    """
    names = [stage.name for stage in stages]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(f'{path}: several stages have the name {", ".join(twice)}. Give each a name of its own.')
    needs = {stage.name: stage.needs for stage in stages}
    for place, stage in enumerate(stages):
        for need in stage.needs:
            if need not in names:
                raise InputError(f'{path}: the stage {stage.name} needs {need}, which no stage makes. The stages are '
                                 f'{", ".join(names)}.')
            if need not in names[:place]:
                circle = _way(need, stage.name, needs)
                raise InputError(f'{path}: the stages need each other in a circle: '
                                 f'{" needs ".join([stage.name, *circle])}. Break it.' if circle else
                                 f'{path}: the stage {stage.name} needs {need}, which comes after it. Move {need} up.')


def _way(start: str, end: str, needs: Mapping[str, Sequence[str]], seen: tuple[str, ...] = ()) -> list[str]:
    """Stages from one to another, each of which needs the next; empty where there is no such way."""
    if start == end:
        return [end]
    if start in seen:
        return []
    ways = (_way(need, end, needs, (*seen, start)) for need in needs.get(start, ()))
    return next(([start, *way] for way in ways if way), [])
