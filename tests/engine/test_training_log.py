"""Logs of trainings as curves; tests/pipeline/test_report.py reads one of a resumed training."""
import json

from mmwsss.engine.training_log import part_means, read_training_log, training_folders


def write_log(folder, *lines, start='20260101_000000'):
    (folder / start / 'vis_data').mkdir(parents=True)
    (folder / start / 'vis_data/scalars.json').write_text('\n'.join(map(json.dumps, lines)))


def test_all_numbers_beside_a_loss(tmp_path):
    write_log(tmp_path, dict(loss=3.0, words=7, note='a', step=10), dict(mIoU=50, step=10), dict(loss=2.0, step=20))
    assert read_training_log(tmp_path) == dict(
        loss=([10, 20], [3.0, 2.0]), words=([10], [7]), step=([10, 20], [10, 20]))


def test_a_later_run_counts_from_its_begin(tmp_path):
    """The first was stopped after its checkpoint of 20, the second begins anew and is shorter."""
    write_log(tmp_path / 'resumed', *(dict(loss=1.0, step=step) for step in (10, 20, 30)))
    write_log(tmp_path / 'resumed', dict(loss=2.0, step=30), dict(loss=2.0, step=40), start='20260102_000000')
    assert read_training_log(tmp_path / 'resumed')['loss'] == ([10, 20, 30, 40], [1.0, 1.0, 2.0, 2.0])
    write_log(tmp_path / 'anew', *(dict(loss=1.0, step=step) for step in (10, 20, 30, 40)))
    write_log(tmp_path / 'anew', dict(loss=2.0, step=10), dict(loss=2.0, step=20), start='20260102_000000')
    write_log(tmp_path / 'anew', dict(mIoU=50, step=0), start='20260103_000000')  # a test
    assert read_training_log(tmp_path / 'anew')['loss'] == ([10, 20], [2.0, 2.0])


def test_trainings_below_a_folder(tmp_path):
    for name in ('b/seed_0/training', 'a/training'):
        write_log(tmp_path / name, dict(loss=1.0, step=1))
    assert training_folders(tmp_path) == [tmp_path / 'a/training', tmp_path / 'b/seed_0/training']
    assert training_folders(tmp_path / 'a/training') == [tmp_path / 'a/training']
    assert training_folders(tmp_path / 'nothere') == []


def test_means_of_parts():
    curve = [10, 20, 30, 40, 50], [1.0, 3.0, 5.0, 6.0, 7.0]
    assert part_means(curve, 50, 1) == [4.4]
    assert part_means(curve, 40, 2) == [2.0, 6.0]  # iterations 1 to 20, and the rest
    assert part_means(curve, 50, 2) == [2.0, 6.0]  # iteration 25 is the last of the first part
    assert part_means(([1], [2.0]), 100, 4) == [2.0, None, None, None]
    assert part_means(([], []), 100, 2) == [None, None]
