"""`compare.json`, which another machine can go on from."""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmwsss.utils.errors import InputError, first_names
from mmwsss.utils.provenance import read_json_object

FORMAT = 1
CELL = dict(entry=str, seed=int, stages=list)
STAGE = dict(stage=str, trains=bool, metrics=dict, seconds=int | float, peak_megabytes=int | float, inputs=dict)
OPTIONAL = dict(measured=str, list=str, ended=str, machine=dict)  # of a stage; missing or null is nothing


def read_results(path: str | Path) -> list[dict[str, Any]]:
    """Read the cells of a `compare.json`.

    Raises:
        InputError: the file is missing, damaged, or of something else.
    """
    found = read_json_object(path, 'Copy it again.')
    if found is None:
        raise InputError(f'{path} does not exist. Give the compare.json of another work dir.')
    cells = found.get('cells')
    if found.get('format') != FORMAT or not isinstance(cells, list) or not all(map(_is_cell, cells)):
        raise InputError(f'{path} is no compare.json of this version of tools/compare.py, or is damaged.')
    return [dict(cell, source=cell.get('source') or str(path)) for cell in cells]


def unused_results(path: str | Path, cells: Sequence[Mapping[str, Any]], names: Sequence[str],
                   seeds: Sequence[int]) -> str:
    """Say that a file has no cell of a comparison; empty if it has any.

    Args:
        path: of the file.
        cells: from :func:`read_results`.
        names: of the comparison's entries.
        seeds: of the comparison.
    """
    if any(cell['entry'] in names and cell['seed'] in seeds for cell in cells):
        return ''
    others = dict.fromkeys(f"{cell['entry']} (seed {cell['seed']})" for cell in cells)
    return (f'note: {path} has none of these entries with these seeds. It has {first_names(list(others), 10)}. Entries '
            'are found by their names.')


def take(name: str, seed: int, inputs: Mapping[str, Mapping[str, str]],
         cells: Sequence[Mapping[str, Any]]) -> tuple[dict[str, Any] | None, list[str]]:
    """Find a cell that was made with the same inputs.

    Args:
        name: of the entry.
        seed: of the cell.
        inputs: of all its stages, see `portable_inputs`.
        cells: from :func:`read_results`.

    Returns:
        The cell with just these stages, or `None`; and for each cell of this name and seed what differs.
    """
    differing = []
    for cell in cells:
        if (cell['entry'], cell['seed']) != (name, seed):
            continue
        known = {stage['stage']: stage for stage in cell['stages']}
        differences = [_difference(stage, own, known.get(stage)) for stage, own in inputs.items()]
        differences = [difference for difference in differences if difference]
        if not differences:
            return dict(cell, stages=[known[stage] for stage in inputs]), []
        differing.append(f"{cell['source']}: {'; '.join(differences)}")
    return None, differing


def _difference(stage: str, inputs: Mapping[str, str], known: Mapping[str, Any] | None) -> str:
    """What a stage there was made with that is another here; empty if nothing is."""
    if known is None:
        return f'{stage} is missing'
    keys = sorted(key for key in inputs.keys() | known['inputs'].keys()
                  if inputs.get(key) != known['inputs'].get(key))
    return f'{stage} has another {", ".join(keys)}' if keys else ''


def _is_cell(cell: Any) -> bool:
    return _has(cell, CELL) and all(map(_is_stage, cell['stages']))


def _is_stage(stage: Any) -> bool:
    if not _has(stage, STAGE) or not _has(stage, {key: kind | None for key, kind in OPTIONAL.items()}):
        return False
    numbers = all(isinstance(value, int | float) for value in stage['metrics'].values())
    return numbers and (stage.get('list') is None) == (stage.get('measured') is None)


def _has(value: Any, kinds: Mapping[str, Any]) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), kind) for key, kind in kinds.items())
