"""Figures of all cells as rows: an entry on a list, over its seeds."""
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mmwsss.utils.table import deviation_of

# A stage's figure -> title of its column after what was measured, and whether more is better.
FIGURES = {'mIoU': ('{} mIoU', True), 'best_thr': ('{} threshold', False), 'mIoU_auto': ('{} mIoU, label-free', True),
           'mAP': ('mAP', True)}
COSTS = ('training, s', 'test, s', 'peak memory, MB')
MARK = '↓'


@dataclass
class Row:
    """An entry on a list of images.

    Attributes:
        entry: its name.
        images: name of the list.
        seeds: whose cells are done.
        values: title of a column -> a value for each seed that has one.
        costs: the same for seconds and memory.
    """
    entry: str
    images: str
    seeds: list[int] = field(default_factory=list)
    values: dict[str, list[float]] = field(default_factory=dict)
    costs: dict[str, list[float]] = field(default_factory=dict)


def rows_of(cells: Sequence[Mapping[str, Any]], entries: Sequence[str]) -> list[Row]:
    """The rows of a table.

    Args:
        cells: as `compare.json` has them.
        entries: names, in the order of the table.

    Returns:
        For each entry a row for each list on which a stage measured something, in the order of the stages. Of two
        stages with one title on one list, the later counts.
    """
    rows = []
    for name in entries:
        own = sorted((cell for cell in cells if cell['entry'] == name), key=lambda cell: cell['seed'])
        lists = dict.fromkeys(stage['list'] for cell in own for stage in cell['stages'] if stage.get('list'))
        rows += [_row(name, listed, own) for listed in lists]
    return rows


def columns_of(rows: Sequence[Row]) -> list[str]:
    """Titles of the columns with values, in the order of their first appearance."""
    return list(dict.fromkeys(title for row in rows for title in row.values))


def is_quality(title: str) -> bool:
    """Whether more is better in a column."""
    return any(better and title.endswith(pattern.format('').strip()) for pattern, better in FIGURES.values())


def texts_of(rows: Sequence[Row]) -> tuple[list[str], list[list[str]]]:
    """The titles and the cells of the table as text."""
    columns, costs = columns_of(rows), [title for title in COSTS if any(row.costs.get(title) for row in rows)]
    lines = []
    for row in rows:
        first = next(other for other in rows if other.images == row.images)
        first = first if first.entry == rows[0].entry else row
        lines.append([row.entry, row.images, str(len(row.seeds)),
                      *(_spread(row.values.get(title, []), first.values.get(title, []) if is_quality(title) else [])
                        for title in columns),
                      *(f'{statistics.mean(row.costs[title]):.0f}' if row.costs.get(title) else '' for title in costs)])
    return ['entry', 'list', 'seeds', *columns, *costs], lines


def _spread(values: Sequence[float], reference: Sequence[float]) -> str:
    """Mean and sample standard deviation, and a mark where it is below a reference by more than both spreads."""
    if not values:
        return ''
    mean, deviation = _moments(values)
    text = f'{mean:.2f}' + (f' ± {deviation:.2f}' if len(values) > 1 else '')
    if len(values) > 1 and len(reference) > 1:
        other, spread = _moments(reference)
        text += f' {MARK}' if other - mean > max(deviation, spread) else ''
    return text


def _moments(values: Sequence[float]) -> tuple[float, float]:
    return statistics.mean(values), deviation_of(values) or 0.0


def _row(name: str, listed: str, cells: Sequence[Mapping[str, Any]]) -> Row:
    row = Row(name, listed)
    for cell in cells:
        measured = [stage for stage in cell['stages'] if stage.get('list') == listed]
        figures = dict(pair for stage in measured for pair in _figures(stage))
        if not figures:
            continue
        row.seeds.append(cell['seed'])
        seconds = [sum(stage['seconds'] for stage in stages) for stages in (
            [stage for stage in cell['stages'] if stage['trains']], measured)]
        costs = dict(zip(COSTS, (*seconds, max(stage['peak_megabytes'] for stage in cell['stages'])), strict=True))
        for values, own in ((row.values, figures), (row.costs, costs)):
            for title, value in own.items():
                values.setdefault(title, []).append(value)
    return row


def _figures(stage: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """Titles and values of a stage; where it has none of the usual figures, all but those of single classes."""
    metrics = {key.rpartition('/')[2]: value for key, value in stage['metrics'].items()}
    usual = {key: value for key, value in metrics.items() if key in FIGURES}
    for key in FIGURES:
        if key in usual:
            yield FIGURES[key][0].format(stage['measured']), usual[key]
    if not usual:
        yield from ((f"{stage['measured']} {key}", value) for key, value in metrics.items() if '.' not in key)
