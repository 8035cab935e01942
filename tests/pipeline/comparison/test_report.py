"""The files and the printed table of a comparison."""
import dataclasses
import json
import re
import sys

import pytest

from mmwsss.pipeline.comparison import Comparison, Entry, print_table, write_report
from mmwsss.pipeline.comparison.results import read_results

ENTRIES = (Entry('GAP', 'configs/cam.py', False), Entry('cam', 'configs/cam.py', False, {'model.neck': None}, {'a': 1}))
COMPARISON = Comparison(ENTRIES, (0, 1), ('val', ))
MACHINE = dict(processor='Abacus 3', torch='2.1')


def cell(entry, seed, miou):
    measured = dict(stage='test_val', trains=False, measured='CAM', list='val', metrics=dict(mIoU=miou), seconds=2.0,
                    peak_megabytes=9.0, inputs=dict(config='1'), ended='2024-05-06T07:08:09+0000', machine=MACHINE)
    return dict(entry=entry, config='configs/cam.py', seed=seed, source=None, stages=[measured])


CELLS = [cell('GAP', 0, 40.0), cell('GAP', 1, 41.0), cell('cam', 0, 30.0), cell('cam', 1, 31.0)]


def table_of(text):
    rows = [[part.strip() for part in line.strip('|').split('|')] for line in text.splitlines() if line[:1] == '|']
    return [row for row in rows if set(row[0]) != {'-'}]


def test_files(tmp_path):
    write_report(COMPARISON, CELLS, tmp_path)
    assert read_results(tmp_path / 'compare.json') == [
        dict(one, source=str(tmp_path / 'compare.json')) for one in CELLS]
    found = json.loads((tmp_path / 'compare.json').read_text())
    assert found['seeds'] == [0, 1] and found['entries'][1]['options'] == {'model.neck': None} and found['written']
    assert found['rows'][0]['columns']['CAM mIoU'] == dict(mean=40.5, std=pytest.approx(0.5 ** 0.5), values=[40, 41])
    text = (tmp_path / 'compare.md').read_text()
    header, gap, cam = table_of(text)
    assert header[:4] == ['entry', 'list', 'seeds', 'CAM mIoU'] and gap[3] == '40.50 ± 0.71' and cam[3].endswith('↓')
    assert all(part in text for part in ('Abacus 3', 'torch 2.1', '2024-05-06', 'model.neck=None', 'a=1', '↓: '))
    assert (tmp_path / 'compare.png').read_bytes()[1:4] == b'PNG'
    assert 'CAM, val' in (tmp_path / 'compare.svg').read_text()


def test_differences_are_printed_and_written(tmp_path, capsys):
    comparison = dataclasses.replace(COMPARISON, entries=(ENTRIES[0], dataclasses.replace(ENTRIES[1], against='GAP')))
    write_report(comparison, CELLS, tmp_path, figures=False)
    print_table(comparison, CELLS)
    expected = ['cam', 'GAP', 'val', '0, 1', '-10.00 (-10.00, -10.00)']
    for text in ((tmp_path / 'compare.md').read_text(), capsys.readouterr().out):
        assert [row for row in table_of(text) if row[0] == 'cam'][1] == expected
    assert json.loads((tmp_path / 'compare.json').read_text())['differences'] == [
        dict(entry='cam', against='GAP', list='val', seeds=[0, 1], columns={'CAM mIoU': [-10, -10]})]


def test_without_figures_and_without_cells(tmp_path):
    write_report(COMPARISON, CELLS, tmp_path, figures=False)
    write_report(COMPARISON, [], tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ['compare.json', 'compare.md']


def test_a_table_wider_than_the_terminal_is_printed_in_parts(capsys, monkeypatch):
    print_table(COMPARISON, CELLS)
    whole = capsys.readouterr().out
    monkeypatch.setenv('COLUMNS', '45')
    monkeypatch.setattr(sys.stdout, 'isatty', lambda: True)
    print_table(COMPARISON, CELLS)
    parts = capsys.readouterr().out
    assert max(len(line) for line in parts.splitlines() if line[:1] in '|+') <= 45 < len(whole.splitlines()[0])
    headers = [row for row in table_of(parts) if row[0] == 'entry']
    assert len(headers) > 1 and [title for row in headers for title in row[3:]] == table_of(whole)[0][3:]
    assert all(row[:3] == ['entry', 'list', 'seeds'] for row in headers)


def test_nothing_is_done_yet(capsys):
    print_table(COMPARISON, [])
    assert 'Nothing' in capsys.readouterr().out


def test_cells_that_measured_nothing_are_named(tmp_path, capsys):
    cells = [*CELLS[:2], dict(CELLS[2], stages=[dict(CELLS[2]['stages'][0], measured=None, list=None)])]
    for some, rows in ((cells, ['entry', 'GAP']), (cells[2:], [])):
        print_table(COMPARISON, some)
        write_report(COMPARISON, some, tmp_path, figures=False)
        printed, written = capsys.readouterr().out, (tmp_path / 'compare.md').read_text()
        assert [row[0] for row in table_of(printed)] == rows
        assert all(re.search(r'^cam\b.*masks', text, re.MULTILINE) for text in (printed, written))
    print_table(COMPARISON, [])
    assert 'cam' not in capsys.readouterr().out
