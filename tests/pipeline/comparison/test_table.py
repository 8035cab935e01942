"""Rows and columns from the figures of cells."""
import statistics

import pytest

from mmwsss.pipeline.comparison.table import columns_of, is_quality, rows_of, texts_of


def stage(name, measured=None, listed=None, trains=False, seconds=1.0, peak=100.0, **metrics):
    return dict(stage=name, trains=trains, measured=measured, list=listed, metrics=metrics, seconds=seconds,
                peak_megabytes=peak)


def classifier(entry, seed, miou):
    return dict(entry=entry, seed=seed, stages=[
        stage('training', trains=True, seconds=50, peak=700),
        stage('test_train', 'CAM', 'train', seconds=8, mIoU=miou, best_thr=0.4, mIoU_auto=miou - 1, auto_thr=0.3,
              **{'multi-label/mAP': 90.0}),
        stage('test_val', 'CAM', 'val', seconds=4, peak=800, mIoU=miou - 5, best_thr=0.5, mIoU_auto=miou - 7)])


def pipeline(seed):
    return dict(entry='P', seed=seed, stages=[
        stage('first', trains=True, seconds=10), stage('files', seconds=100),
        stage('curve', 'CAM', 'train', mIoU=20.0), stage('second_curve', 'CAM', 'train', mIoU=44.0, best_thr=0.2),
        stage('walk', 'Refined CAM', 'train', seconds=2, mIoU=60.0, mIoU_auto=58.0),
        stage('segmentor', trains=True, seconds=30),
        stage('test', 'Segmentor', 'val', mIoU=46.0, aAcc=80.0),
        stage('crf', 'Segmentor, CRF', 'val', **{'crf/mIoU': 47})])


CELLS = [classifier('GAP', 1, 42.0), classifier('GAP', 0, 40.0), classifier('HSPP', 0, 38.0),
         classifier('HSPP', 1, 38.5), pipeline(0)]


def table(cells=CELLS, entries=('GAP', 'HSPP', 'P')):
    titles, lines = texts_of(rows_of(cells, entries))
    return [dict(zip(titles, line, strict=True)) for line in lines]


def test_means_deviations_and_costs():
    rows = table()
    assert [(row['entry'], row['list'], row['seeds']) for row in rows] == [
        ('GAP', 'train', '2'), ('GAP', 'val', '2'), ('HSPP', 'train', '2'), ('HSPP', 'val', '2'), ('P', 'train', '1'),
        ('P', 'val', '1')]
    assert rows[0]['CAM mIoU'] == f'41.00 ± {statistics.stdev([40, 42]):.2f}'
    assert rows[0]['CAM mIoU, label-free'] == '40.00 ± 1.41' and rows[0]['CAM threshold'] == '0.40 ± 0.00'
    assert rows[0]['mAP'] == '90.00 ± 0.00' and rows[1]['mAP'] == ''
    assert [rows[1][title] for title in ('training, s', 'test, s', 'peak memory, MB')] == ['50', '4', '800']
    assert rows_of(CELLS, ['GAP'])[0].values['CAM mIoU'] == [40, 42]  # in the order of the seeds
    assert rows_of(CELLS, ['GAP'])[0].seeds == [0, 1]


def test_a_pipeline_fills_the_columns_of_its_lists():
    *_, train, val = table()
    assert train['CAM mIoU'] == '44.00' and train['CAM threshold'] == '0.20'  # the later of two
    assert train['Refined CAM mIoU'] == '60.00' and train['Refined CAM mIoU, label-free'] == '58.00'
    assert val['Segmentor mIoU'] == '46.00' and val['Segmentor, CRF mIoU'] == '47.00' and val['CAM mIoU'] == ''
    assert [row['training, s'] for row in (train, val)] == ['40', '40'] and train['test, s'] == '4'
    assert not any('aAcc' in title for title in train)


def test_columns_without_values_are_left_out():
    assert columns_of(rows_of(CELLS[:2], ['GAP'])) == ['CAM mIoU', 'CAM threshold', 'CAM mIoU, label-free', 'mAP']
    assert columns_of(rows_of(CELLS, ['P'])) == [
        'CAM mIoU', 'CAM threshold', 'Refined CAM mIoU', 'Refined CAM mIoU, label-free', 'Segmentor mIoU',
        'Segmentor, CRF mIoU']
    assert rows_of(CELLS, ['nothing']) == [] and texts_of([])[1] == []


def test_figures_of_other_metrics_are_shown():
    cells = [dict(entry='a', seed=0, stages=[stage('test', 'Segmentor', 'val', mDice=50.0, **{'IoU.cat': 4.0})])]
    assert columns_of(rows_of(cells, ['a'])) == ['Segmentor mDice']


def test_a_figure_that_is_not_finite():
    row, *_ = table([classifier('GAP', 0, 40.0), classifier('GAP', 1, float('nan'))])
    assert row['CAM mIoU'] == 'nan ± nan' and row['CAM threshold'] == '0.40 ± 0.00'


@pytest.mark.parametrize('others, marked', [
    ((38.0, 38.5), True),  # below 41 ± 1.41 by 2.75
    ((39.5, 40.0), False), ((43.0, 44.0), False), ((33.0, 42.0), False),  # within its own spread of 6.36
    ((38.0, ), False)])  # no spread is known
def test_what_is_clearly_below_the_first_entry_is_marked(others, marked):
    cells = CELLS[:2] + [classifier('B', seed, miou) for seed, miou in enumerate(others)]
    gap, _, other, _ = table(cells, ('GAP', 'B'))
    assert ('↓' in other['CAM mIoU']) == marked and '↓' not in gap['CAM mIoU'] + other['CAM threshold']
    _, _, other, _ = table(cells[1:], ('GAP', 'B'))  # no spread of the first entry is known
    assert '↓' not in other['CAM mIoU']


def test_quality():
    assert all(map(is_quality, ('CAM mIoU', 'Segmentor, CRF mIoU', 'CAM mIoU, label-free', 'mAP')))
    assert not any(map(is_quality, ('CAM threshold', 'test, s')))
