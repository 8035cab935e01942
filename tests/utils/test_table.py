"""Tables in Markdown and for a terminal."""
import math
import sys

import pytest

from mmwsss.utils.table import deviation_of, framed_table, markdown_table

COLUMNS, ROWS = ('name', 'result', 'n'), [('a', 'one two three four five six', 1), ('b', '', 22)]


def test_markdown():
    lines = markdown_table(COLUMNS, ROWS).splitlines()
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]
    assert cells == [list(COLUMNS), ['---'] * 3, *([str(cell) for cell in row] for row in ROWS)]


def test_deviation():
    assert deviation_of([40.0, 42.0]) == pytest.approx(2 ** 0.5) and deviation_of([40.0]) is None
    assert math.isnan(deviation_of([40.0, math.nan])) and math.isnan(deviation_of([40.0, math.inf]))


def test_only_the_named_column_is_wrapped_in_a_narrow_terminal(monkeypatch):
    whole = framed_table(COLUMNS, ROWS, wrap='result')
    assert 'one two three four five six' in whole and len({len(line) for line in whole.split('\n')}) == 1
    monkeypatch.setattr(sys.stdout, 'isatty', lambda: True, raising=False)
    monkeypatch.setenv('COLUMNS', '36')
    narrow = framed_table(COLUMNS, ROWS, wrap='result')
    assert max(len(line) for line in narrow.split('\n')) <= 36
    found = [line.split('|')[2].strip() for line in narrow.split('\n') if line.startswith('| a') or line[:4] == '|   ']
    assert ' '.join(found) == 'one two three four five six'
