"""The table of several classifiers and seeds, on tiny images."""
from run_tool import run_process
from tiny_pipeline import write_tiny_pipeline


def cells(out: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip('|').split('|')] for line in out.splitlines() if line.startswith('|')]


def test_seeds_are_trained_tested_and_averaged(tmp_path):
    write_tiny_pipeline(tmp_path)
    arguments = ['analysis_tools/cam_table.py', 'classifier.py', '--seeds', 0, 1, '--lists', 'train', '--work-dir', 'w']
    done = run_process(*arguments, '--jobs', 2, cwd=tmp_path)
    assert done.status == 0, done.err[-3000:]
    header, _, row = cells(done.out)
    found = dict(zip(header, row, strict=True))
    assert found['config'] == 'classifier' and found['list'] == 'train' and found['seeds'] == '2'
    assert '±' in found['CAM mIoU'] and 0 <= float(found['best threshold'].split()[0]) < 1
    logs = [tmp_path / f'w/classifier/seed_{seed}/logs/training.log' for seed in (0, 1)]
    assert all(f'seed={seed}' in log.read_text().replace(' ', '') for seed, log in enumerate(logs))

    again = run_process(*arguments, cwd=tmp_path)  # nothing is left to do
    assert again.status == 0 and 'starts' not in again.out and cells(again.out) == cells(done.out)
    printed = run_process(*arguments, '--only-print', cwd=tmp_path)
    assert printed.status == 0 and cells(printed.out) == cells(done.out)
