"""The table at the end of a pipeline."""
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmwsss.utils.atomic import atomic_path
from mmwsss.utils.json_file import write_json
from mmwsss.utils.table import framed_table, markdown_table

COLUMNS = ('stage', 'result', 'time', 'peak memory', 'disk')


def result_of(record: dict[str, Any]) -> str:
    """The figures of a stage that belong into a table."""
    metrics = {name: value for name, value in (record.get('metrics') or {}).items() if value is not None}
    parts = [f'mIoU {value:.2f}' for name, value in metrics.items() if name.rpartition('/')[2] == 'mIoU']
    if 'best_thr' in metrics:
        parts.append(f"at threshold {metrics['best_thr']:.2f}; label-free {metrics['mIoU_auto']:.2f} at "
                     f"{metrics['auto_thr']:.2f}")
    elif 'auto_thr' in metrics:
        parts.append(f"label-free threshold {metrics['auto_thr']:.2f}, {metrics['foreground']:.1f} % foreground")
    parts += [f'{name} {metrics[name]:.1f} %' for name in ('coverage', 'accuracy') if name in metrics]
    return ', '.join(parts)


def rows_of(records: Sequence[dict[str, Any]]) -> list[tuple[str, ...]]:
    """A row a stage, as text."""
    return [(record['stage'], result_of(record), f"{record['seconds']:.0f} s",
             f"{record['peak_megabytes']:.0f} MB", f"{record['disk_megabytes']:.1f} MB") for record in records]


def framed(records: Sequence[dict[str, Any]]) -> str:
    """The table for a terminal; results are wrapped where it is narrow."""
    return framed_table(COLUMNS, rows_of(records), wrap='result')


def write_tables(records: Sequence[dict[str, Any]], work_dir: Path) -> None:
    """Write `table.json` and `table.md` into the work dir."""
    write_json(work_dir / 'table.json', list(records))
    with atomic_path(work_dir / 'table.md') as temporary:
        temporary.write_text(markdown_table(COLUMNS, rows_of(records)), encoding='utf-8')
