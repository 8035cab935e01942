"""The table of a pipeline for a terminal."""
from mmwsss.pipeline.table import framed

LONG = dict(mIoU=10.0, best_thr=0.5, mIoU_auto=9.0, auto_thr=0.25)


def record(stage: str, metrics: dict) -> dict:
    return dict(stage=stage, metrics=metrics, seconds=8.4, peak_megabytes=99.5, disk_megabytes=0.1)


def test_only_the_results_are_wrapped():
    records = [record('classifier', {}), record('walk', LONG)]
    lines = framed(records).split('\n')
    assert lines[4] == ('| walk       | mIoU 10.00, at threshold 0.50; label-free 9.00 at 0.25 | 8 s  | 100 MB      | '
                        '0.1 MB |')
    assert framed(records, len(lines[0])) == framed(records)
    lines = framed(records, 80).split('\n')
    assert {len(line) for line in lines} == {80}
    assert lines[3].startswith('| classifier | ') and lines[3].endswith('| 8 s  | 100 MB      | 0.1 MB |')
    assert [line.split('|')[2].strip() for line in lines[4:6]] == [
        'mIoU 10.00, at threshold 0.50;', 'label-free 9.00 at 0.25']
