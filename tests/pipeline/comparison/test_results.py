"""Cells of another machine."""
import json
import re

import pytest
from message_names import message_names

from mmwsss.pipeline.comparison.results import FORMAT, read_results, take, unused_results
from mmwsss.utils.errors import InputError

INPUTS = dict(training=dict(config='1', images='2'), test_val=dict(config='3', checkpoint='<output of training>'))


def cell(**changes):
    stages = [dict(stage=name, trains=False, metrics={}, seconds=1, peak_megabytes=2.5, inputs=inputs)
              for name, inputs in INPUTS.items()]
    return dict(dict(entry='GAP', seed=1, source=None, stages=stages), **changes)


def write(path, **content):
    path.write_text(json.dumps(dict(format=FORMAT, cells=[cell()]) | content))
    return path


def test_a_cell_with_the_same_inputs_is_taken(tmp_path):
    first = write(tmp_path / 'a.json', cells=[cell(entry='HSPP'), cell(seed=0), cell()])
    cells = read_results(first) + read_results(write(tmp_path / 'b.json', cells=[cell(source='c.json')]))
    assert [found['source'] for found in cells] == [str(first)] * 3 + ['c.json']
    assert take('GAP', 1, INPUTS, cells) == (cells[2], [])
    part, _ = take('GAP', 1, dict(test_val=INPUTS['test_val']), cells)
    assert [stage['stage'] for stage in part['stages']] == ['test_val']
    assert take('VWE', 1, INPUTS, cells) == take('GAP', 2, INPUTS, cells) == (None, [])


@pytest.mark.parametrize('inputs, named', [
    (dict(INPUTS, training=dict(config='9', images='2')), ['training', 'config']),
    (dict(INPUTS, training=dict(config='1', images='2', weights='5')), ['training', 'weights']),
    (dict(INPUTS, test_val=dict(config='3')), ['test_val', 'checkpoint']),
    (dict(INPUTS, test_train={}), ['test_train'])])
def test_what_differs_is_told(inputs, named, tmp_path):
    found, differing = take('GAP', 1, inputs, read_results(write(tmp_path / 'a.json')))
    assert found is None and len(differing) == 1
    with pytest.raises(AssertionError, match=message_names('a.json', *named)):
        raise AssertionError(differing[0])


MEASURED = dict(stage='test', trains=False, metrics=dict(mIoU=40.5), seconds=1, peak_megabytes=2.5, inputs={},
                measured='CAM', list='val', ended='2026-01-01', machine=dict(cores='2'))


@pytest.mark.parametrize('change', [
    dict(metrics=dict(mIoU='forty')), dict(metrics=dict(mIoU=None)), dict(metrics=dict(mIoU=[40.5])),
    dict(measured=None), dict(measured=5), dict(list=['val']), dict(list=None), dict(ended=2026), dict(machine='mine')])
def test_edited_figures_are_refused_when_the_file_is_read(change, tmp_path):
    assert read_results(write(tmp_path / 'a.json', cells=[cell(stages=[MEASURED])]))
    path = write(tmp_path / 'a.json', cells=[cell(stages=[dict(MEASURED, **change)])])
    with pytest.raises(InputError, match=r'a\.json'):
        read_results(path)


@pytest.mark.parametrize('content', [dict(format=0), dict(cells=None), dict(cells=[5]), dict(cells=[{}]),
                                     dict(cells=[cell(seed='1')]), dict(cells=[cell(stages=[dict(stage='a')])])])
def test_other_files(content, tmp_path):
    path = write(tmp_path / 'a.json', **content)
    with pytest.raises(InputError, match=r'a\.json'):
        read_results(path)


def test_missing_and_cut_off_files(tmp_path):
    with pytest.raises(InputError, match=r'a\.json'):
        read_results(tmp_path / 'a.json')
    path = write(tmp_path / 'a.json')
    path.write_text(path.read_text()[:-5])
    with pytest.raises(InputError, match=r'a\.json'):
        read_results(path)


def test_a_file_without_any_of_the_cells_is_named():
    cells = [cell(), cell(entry='HSPP', seed=2)]
    assert unused_results('a.json', cells, ['GAP'], [1]) == unused_results('a.json', cells, ['HSPP', 'x'], [2, 3]) == ''
    for names, seeds in ((['gap'], [1]), (['GAP'], [0, 2]), (['HSPP'], [1])):
        assert re.search(message_names('a.json', 'GAP (seed 1)', 'HSPP (seed 2)'),
                         unused_results('a.json', cells, names, seeds))
    assert 'a.json' in unused_results('a.json', [], ['GAP'], [1])
