"""Differences between entries, seed by seed."""
import pytest

from mmwsss.pipeline.comparison.differences import difference_texts, differences_of


def cell(entry, seed, **lists):
    stages = [dict(stage=f'test_{name}', trains=False, measured=measured, list=name, metrics=dict(mIoU=value, mAP=90.0),
                   seconds=1.0, peak_megabytes=1.0)
              for name, figures in lists.items() for measured, value in figures.items()]
    return dict(entry=entry, seed=seed, stages=stages)


CELLS = [cell('GAP', 1, train=dict(CAM=42.0), val=dict(CAM=30.0)), cell('GAP', 0, train=dict(CAM=40.0)),
         cell('GAP', 2, train=dict(CAM=50.0)), cell('new', 0, train=dict(CAM=40.5)),
         cell('new', 1, train=dict(CAM=41.0), val=dict(CAM=32.0, Segmentor=60.0)), cell('new', 3, train=dict(CAM=1.0))]


def test_only_common_seeds_lists_and_columns_are_subtracted():
    assert differences_of(CELLS, {'new': 'GAP'}) == [
        dict(entry='new', against='GAP', list='train', seeds=[0, 1], columns={'CAM mIoU': [0.5, -1.0]}),
        dict(entry='new', against='GAP', list='val', seeds=[1], columns={'CAM mIoU': [2.0]})]


def test_entries_have_references_of_their_own():
    found = differences_of([*CELLS, cell('third', 1, train=dict(CAM=44.0))], {'third': 'new', 'new': 'GAP'})
    assert [(one['entry'], one['against'], one['columns']['CAM mIoU']) for one in found if one['list'] == 'train'] == [
        ('third', 'new', [3.0]), ('new', 'GAP', [0.5, -1.0])]


@pytest.mark.parametrize('against', [{}, {'GAP': 'missing'}, {'missing': 'GAP'}])
def test_nothing_to_subtract(against):
    assert differences_of(CELLS, against) == []


def test_a_column_that_only_some_seeds_have_is_left_out():
    cells = [cell(name, seed, val=dict(CAM=seed + value, **({'Segmentor': 9.0} if seed else {})))
             for name, value in (('a', 1.0), ('b', 3.0)) for seed in (0, 1)]
    assert differences_of(cells, {'b': 'a'})[0]['columns'] == {'CAM mIoU': [2.0, 2.0]}


def test_texts():
    titles, lines = difference_texts(differences_of(CELLS, {'new': 'GAP'}))
    assert titles == ['entry', 'against', 'list', 'seeds', 'CAM mIoU']
    assert lines == [['new', 'GAP', 'train', '0, 1', '-0.25 (+0.50, -1.00)'], ['new', 'GAP', 'val', '1', '+2.00']]
