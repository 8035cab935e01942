"""Tables in Markdown and for a terminal, and what their cells tell."""
import math
import shutil
import statistics
import sys
from collections.abc import Sequence

from prettytable import PrettyTable

NARROWEST = 20  # minimum width of a wrapped column, in characters


def deviation_of(values: Sequence[float]) -> float | None:
    """The sample standard deviation; `None` of a single value, NaN where a value is not finite."""
    if len(values) < 2:
        return None
    return statistics.stdev(values) if all(map(math.isfinite, values)) else math.nan


def markdown_table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table that ends in a line break."""
    lines = [columns, ('---', ) * len(columns), *rows]
    return ''.join('| ' + ' | '.join(map(str, line)) + ' |\n' for line in lines)


def framed_table(columns: Sequence[str], rows: Sequence[Sequence[object]], wrap: str | None = None) -> str:
    """A framed table for a terminal.

    Args:
        columns: column names.
        rows: cells of each row.
        wrap: column to wrap if the table is wider than the terminal.
    """
    table = PrettyTable(columns, align='l')
    table.add_rows([list(row) for row in rows])
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    excess = len(str(table).partition('\n')[0]) - width
    if wrap and width and excess > 0:
        longest = max(len(str(row[list(columns).index(wrap)])) for row in rows)
        table.max_width = {wrap: max(longest - excess, NARROWEST)}
    return str(table)
