"""Differences between two entries of a comparison, seed by seed."""
import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from .table import columns_of, rows_of

ENDING = ' mIoU'  # of the columns that are subtracted


def differences_of(cells: Sequence[Mapping[str, Any]], against: Mapping[str, str]) -> list[dict[str, Any]]:
    """What entries gain over others with the same seeds.

    Seeds often move two entries in the same direction, for instance by the order of the images. Then differences
    spread less than the figures themselves.

    Args:
        cells: as `compare.json` has them.
        against: name of an entry -> that of the one to subtract.

    Returns:
        For each entry and list on which both have a common figure and seed: `entry`, `against`, `list`, `seeds`, and
        `columns`, title of a column of mIoU -> the differences in the order of the seeds. A column that only some
        seeds have is left out.
    """
    found: dict[tuple[str, str], dict[int, Mapping[str, Sequence[float]]]] = {}
    for cell in cells:
        for row in rows_of([cell], [cell['entry']]):
            found.setdefault((row.entry, row.images), {})[cell['seed']] = row.values
    rows = rows_of(cells, list(against))
    titles = [title for title in columns_of(rows) if title.endswith(ENDING)]
    differences = []
    for row in rows:
        own, other = found[row.entry, row.images], found.get((against[row.entry], row.images), {})
        seeds = [seed for seed in row.seeds if seed in other]
        columns = {title: [own[seed][title][0] - other[seed][title][0] for seed in seeds] for title in titles
                   if seeds and all(title in own[seed] and title in other[seed] for seed in seeds)}
        if columns:
            differences.append(dict(entry=row.entry, against=against[row.entry], list=row.images, seeds=seeds,
                                    columns=columns))
    return differences


def difference_texts(differences: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """The titles and the cells of a table of differences as text: their mean, and those of the single seeds."""
    titles = list(dict.fromkeys(title for one in differences for title in one['columns']))
    return ['entry', 'against', 'list', 'seeds', *titles], [
        [one['entry'], one['against'], one['list'], ', '.join(map(str, one['seeds'])),
         *(_text(one['columns'].get(title, [])) for title in titles)] for one in differences]


def _text(values: Sequence[float]) -> str:
    if not values:
        return ''
    single = f" ({', '.join(f'{value:+.2f}' for value in values)})" if len(values) > 1 else ''
    return f'{statistics.mean(values):+.2f}{single}'
