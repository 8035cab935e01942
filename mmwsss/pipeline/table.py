"""The table at the end of a pipeline."""
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prettytable import PrettyTable

from mmwsss.utils.atomic import atomic_path

COLUMNS = ('stage', 'result', 'time', 'peak memory', 'disk')
NARROWEST = 20  # characters of the results


def result_of(record: dict[str, Any]) -> str:
    """The figures of a stage that belong into a table."""
    metrics = record.get('metrics') or {}
    parts = []
    for name, value in metrics.items():
        if name.rpartition('/')[2] == 'mIoU':
            parts.append(f'mIoU {value:.2f}')
    if 'best_thr' in metrics:
        parts.append(f"at threshold {metrics['best_thr']:.2f}; label-free {metrics['mIoU_auto']:.2f} at "
                     f"{metrics['auto_thr']:.2f}")
    if 'coverage' in metrics:
        parts.append(f"coverage {metrics['coverage']:.1f} %, accuracy {metrics['accuracy']:.1f} %")
    return ', '.join(parts)


def rows_of(records: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """A row a stage, as text."""
    return [(record['stage'], result_of(record), f"{record['seconds']:.0f} s",
             f"{record['peak_megabytes']:.0f} MB", f"{record['disk_megabytes']:.1f} MB") for record in records]


def markdown(records: Sequence[dict[str, Any]]) -> str:
    """The table in Markdown."""
    lines = [COLUMNS, ('---', ) * len(COLUMNS), *rows_of(records)]
    return ''.join('| ' + ' | '.join(line) + ' |\n' for line in lines)


def framed(records: Sequence[dict[str, Any]], width: int | None = None) -> str:
    """The table for a terminal.

    Args:
        records: of the stages.
        width: of the terminal, in characters; where the table is wider, its results are wrapped.
    """
    table = PrettyTable(COLUMNS, align='l')
    table.add_rows(rows_of(records))
    results = max(len(result) for _, result, *_ in rows_of(records))
    excess = len(str(table).partition('\n')[0]) - width if width else 0
    if excess > 0:
        table.max_width = {'result': max(results - excess, NARROWEST)}
    return str(table)


def write_tables(records: Sequence[dict[str, Any]], work_dir: Path) -> None:
    """Write `table.json` and `table.md` into the work dir."""
    with atomic_path(work_dir / 'table.json') as temporary:
        temporary.write_text(json.dumps(list(records), indent=1, default=str) + '\n')
    with atomic_path(work_dir / 'table.md') as temporary:
        temporary.write_text(markdown(records))
