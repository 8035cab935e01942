"""The table of a comparison on the terminal and in files: `compare.md`, `.json`, `.png` and `.svg`."""
import shutil
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.json_file import write_json
from mmwsss.utils.table import deviation_of, framed_table, markdown_table

from .differences import difference_texts, differences_of
from .entries import Comparison
from .results import FORMAT
from .table import MARK, Row, columns_of, rows_of, texts_of

KEYS = 3  # columns that every part of a wide table repeats
NOTE = 'Mean ± sample standard deviation over the seeds; thresholds are in [0, 1], mIoU and mAP in percent.'
DIFFERENCES = 'Differences between entries: their mean over the seeds, and those of the seeds.'
MARKED = f'{MARK}: below the first entry by more than either standard deviation.'


def print_table(comparison: Comparison, cells: Sequence[Mapping[str, Any]]) -> None:
    """Print the table, and that of the differences where entries name another one."""
    titles, lines = texts_of(rows_of(cells, [entry.name for entry in comparison.entries]))
    if not lines:
        print('\n'.join(_unmeasured(cells)) or 'Nothing is done yet.')
        return
    _print_parts(titles, lines)
    titles, lines_of_differences = difference_texts(differences_of(cells, _against(comparison)))
    if lines_of_differences:
        print(DIFFERENCES)
        _print_parts(titles, lines_of_differences)
    print('\n'.join([*_notes(comparison, lines), *_unmeasured(cells)]))


def _against(comparison: Comparison) -> dict[str, str]:
    return {entry.name: entry.against for entry in comparison.entries if entry.against}


def _print_parts(titles: Sequence[str], lines: Sequence[Sequence[str]]) -> None:
    """Print a table, in several parts where the terminal is narrow."""
    widths = [max(len(text) for text in (title, *(line[place] for line in lines))) + 3
              for place, title in enumerate(titles)]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else sum(widths) + 1
    for part in _parts(widths, width):
        print(framed_table([titles[place] for place in part], [[line[place] for place in part] for line in lines]))


def write_report(comparison: Comparison, cells: Sequence[Mapping[str, Any]], work_dir: Path,
                 figures: bool = True) -> None:
    """Write the files of a comparison.

    Args:
        comparison: what is compared.
        cells: those that are done.
        work_dir: gets the files.
        figures: also plot them, which takes a moment.
    """
    rows = rows_of(cells, [entry.name for entry in comparison.entries])
    titles, lines = texts_of(rows)
    differences = differences_of(cells, _against(comparison))
    write_json(work_dir / 'compare.json', dict(
        format=FORMAT, written=time.strftime('%Y-%m-%dT%H:%M:%S%z'), seeds=comparison.seeds, lists=comparison.lists,
        entries=[vars(entry) for entry in comparison.entries], cells=cells,
        rows=[dict(entry=row.entry, list=row.images, seeds=row.seeds, columns={
            title: dict(mean=statistics.mean(values), std=deviation_of(values),
                        values=values) for title, values in {**row.values, **row.costs}.items()}) for row in rows],
        differences=differences))
    with atomic_path(work_dir / 'compare.md') as temporary:
        notes = [*_notes(comparison, lines), *_unmeasured(cells), *_origins(cells)]
        second = f'\n{DIFFERENCES}\n\n{markdown_table(*difference_texts(differences))}' if differences else ''
        temporary.write_text(markdown_table(titles, lines) + second + ''.join(f'\n{note}\n' for note in notes),
                             encoding='utf-8')
    plotted = [title for title in columns_of(rows) if title.endswith(' mIoU')]
    if figures and plotted:
        _plot(rows, plotted, work_dir)


def _plot(rows: Sequence[Row], titles: Sequence[str], work_dir: Path) -> None:
    from mmwsss.visualization.figures import point_figure, save_figure
    names = list(dict.fromkeys(row.entry for row in rows))
    found = {(row.entry, row.images, title): values for row in rows for title, values in row.values.items()}
    series = {f'{title.removesuffix(" mIoU")}, {listed}': [found.get((name, listed, title), []) for name in names]
              for title in titles for listed in dict.fromkeys(row.images for row in rows)}
    figure = point_figure(names, {name: groups for name, groups in series.items() if any(groups)}, 'mIoU (%)')
    for suffix in ('png', 'svg'):
        save_figure(figure, work_dir / f'compare.{suffix}')


def _parts(widths: Sequence[int], width: int) -> list[list[int]]:
    """Places of the columns in each part of a table; each begins with the keys."""
    parts: list[list[int]] = []
    for place in range(KEYS, len(widths)):
        if not parts or sum(widths[other] for other in parts[-1]) + widths[place] >= width:
            parts.append(list(range(KEYS)))
        parts[-1].append(place)
    return parts


def _notes(comparison: Comparison, lines: Sequence[Sequence[str]]) -> list[str]:
    """What explains the table: units, marks, and the entries whose names do not tell everything."""
    notes = [NOTE, *([MARKED] if any(MARK in text for line in lines for text in line) else [])]
    for entry in comparison.entries:
        options = [f'{key}={value}' for key, value in entry.options.items()]
        options += [f'{key}={value} (tests only)' for key, value in entry.test_options.items()]
        if options or entry.name != Path(entry.config).stem:
            notes.append(f'{entry.name}: {", ".join([entry.config, *options])}')
    return notes


def _unmeasured(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """The entries that are done, but have no row."""
    names = dict.fromkeys(cell['entry'] for cell in cells)
    return [f'{name} is done, but has no row: none of its stages compares anything with masks.' for name in names
            if not rows_of([cell for cell in cells if cell['entry'] == name], [name])]


def _origins(cells: Sequence[Mapping[str, Any]]) -> list[str]:
    """Where and when the cells ran."""
    machines: dict[str, list[str]] = {}
    for cell in cells:
        for stage in cell['stages']:
            if stage.get('machine'):
                text = ', '.join(f'{key} {value}' for key, value in stage['machine'].items())
                machines.setdefault(text, []).append(stage.get('ended') or '')
    return [f'{text}: {min(dates)[:10]} to {max(dates)[:10]}' for text, dates in machines.items()]
