"""The table of a pipeline."""
import json

from mmwsss.pipeline.table import COLUMNS, framed, rows_of, write_tables

METRICS = dict(mIoU=10.0, best_thr=0.5, mIoU_auto=9.0, auto_thr=0.25)
RECORDS = [dict(stage=stage, metrics=metrics, seconds=8.4, peak_megabytes=99.5, disk_megabytes=0.1)
           for stage, metrics in (('classifier', {}), ('walk', METRICS), ('crf', {'crf/mIoU': 12.345}))]


def test_figures_in_their_columns(tmp_path):
    write_tables(RECORDS, tmp_path)
    assert json.loads((tmp_path / 'table.json').read_text()) == RECORDS
    header, _, *lines = ([cell.strip() for cell in line.strip('|\n').split('|')]
                         for line in (tmp_path / 'table.md').read_text().splitlines())
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    assert header == list(COLUMNS) and [row['stage'] for row in rows] == ['classifier', 'walk', 'crf']
    assert rows[0]['result'] == '' and rows[0]['time'] == '8 s' and rows[0]['disk'] == '0.1 MB'
    assert all(figure in rows[1]['result'] for figure in ('10.00', '0.50', '9.00', '0.25'))
    assert '12.35' in rows[2]['result'] or '12.34' in rows[2]['result']


def test_figures_that_nothing_could_be_measured_for():
    """Labels without a single confident pixel."""
    record = dict(RECORDS[0], metrics={'coverage': 0.0, 'accuracy': None, 'mIoU': None, 'IoU.cat': None})
    assert rows_of([record])[0][1] == 'coverage 0.0 %'


def test_the_framed_table_has_the_same_cells():
    text = framed(RECORDS)
    assert all(cell in text for row in rows_of(RECORDS) for cell in row)
