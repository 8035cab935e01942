"""A cell: its stages, its command, and the fingerprints that are the same on every machine."""
import json
import shutil
from pathlib import Path

import pytest
from run_tool import TOOLS
from tiny_pipeline import write_tiny_pipeline
from tiny_run import write_tiny_run

from mmwsss.pipeline import Launcher, read_plan
from mmwsss.pipeline.check import check_inputs
from mmwsss.pipeline.comparison import read_comparison
from mmwsss.pipeline.comparison.cells import cells_of, portable_inputs, read_done


@pytest.fixture(scope='module')
def original(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp('cells') / 'original'
    write_tiny_pipeline(folder)
    return folder


@pytest.fixture
def here(original, tmp_path, monkeypatch) -> Path:
    """A copy of the configs and data, as another machine has them."""
    folder = shutil.copytree(original, tmp_path / 'elsewhere')
    for path in folder.glob('*.py'):
        path.write_text(path.read_text().replace(str(original / 'data'), str(folder / 'data')))
    monkeypatch.chdir(folder)
    return folder


def cells(*words, **options):
    return cells_of(read_comparison(words, **options), Path('w'))


def inputs_of(*words, **options):
    return portable_inputs(cells(*words, **options)[0].plan())


def test_seeds_entries_and_work_dirs(here):
    found = cells('classifier.py', 'Seg=segmentor.py', seeds=[4, 7])
    assert [(cell.name, str(cell.work_dir)) for cell in found] == [
        ('classifier, seed 4', 'w/classifier/seed_4'), ('Seg, seed 4', 'w/Seg/seed_4'),
        ('classifier, seed 7', 'w/classifier/seed_7'), ('Seg, seed 7', 'w/Seg/seed_7')]


def test_a_network_is_trained_and_tested_on_the_lists(here):
    plan = cells('classifier.py', seeds=[3], lists=['train', 'val'], test_options={'model.test_cfg.scales': [1.0]})[
        0].plan(dry=True)
    training, train, val = plan.stages.values()
    assert training.name == 'training' and 'model.test_cfg.scales' not in training.call(plan).options
    assert training.call(plan).options['randomness.seed'] == '3'
    for stage, name in ((train, 'train'), (val, 'val')):
        options = stage.call(plan).options
        assert stage.name.startswith(f'test_{name}_') and options['model.test_cfg.scales'] == '[1.0]'
        assert options['test_dataloader.dataset.ann_file'] == f'ImageSets/Segmentation/{name}.txt'
        assert stage.compared(plan, dict(best_thr=0.1)) == ('CAM', name)
        assert stage.compared(plan, {'a/mIoU': 1}) == ('Segmentor', name)
    own = cells('segmentor.py')[0].plan(dry=True)
    assert list(own.stages) == ['training', 'test'] and own.stages['test'].compared(own, {})[1] == 'val'


def test_a_segmentor_that_learns_from_image_labels_is_tested_on_masks_of_val(here):
    plan = cells(str(TOOLS.parent / 'configs/mini/onestage_r18_mini.py'))[0].plan(dry=True)
    training, test = plan.stages.values()
    assert training.call(plan).arguments[0].endswith('onestage_r18_mini.py')
    assert test.compared(plan, dict(mIoU=1)) == ('Segmentor', 'val')


def test_a_network_of_mmseg_without_lists(here):
    write_tiny_run(here / 'run')
    cell, = cells('run/tiny.py')
    plan = cell.plan()
    check_inputs(plan)
    assert list(plan.stages) == ['training', 'test'] and set(portable_inputs(plan)) == {'training', 'test'}
    assert plan.stages['test'].compared(plan, dict(mIoU=1.0)) == ('Segmentor', 'test')


def test_all_trainings_of_a_pipeline_get_the_seed(here):
    plan = cells('pipeline.py', seeds=[5])[0].plan(dry=True)
    seeds = [stage.call(plan).options['randomness.seed'] for stage in plan.stages.values() if stage.trains]
    assert seeds == ['5', '5', '5']
    measured = {name: found for name, stage in plan.stages.items() if (found := stage.compared(plan, dict(mIoU=1.0)))}
    assert measured == dict(
        cam_quality=('CAM', 'train'), walk=('Refined CAM', 'train'), pseudo_label_quality=('Pseudo labels', 'train'),
        evaluation=('Segmentor', 'val'), crf=('Segmentor, CRF', 'val'))


def test_the_command_runs_the_same_pipeline(here):
    launcher = Launcher(TOOLS, gpus=2)
    cell = cells('classifier.py', seeds=[3], lists=['val'], test_options={'test_dataloader.num_workers': 0})[0]
    _, tool, config, *words = cell.command(launcher)
    assert tool.endswith('run_pipeline.py') and words == [
        '--work-dir', 'w/classifier/seed_3', '--seed', '3', '--reuse', 'w', '--gpus', '2', '--launcher', 'pytorch']
    assert portable_inputs(read_plan(config, 'w/classifier/seed_3', seed=3)) == portable_inputs(cell.plan())
    slurm = cell.command(Launcher(TOOLS, 'slurm', 4, 'a_partition'))
    assert slurm[-6:] == ['--gpus', '4', '--launcher', 'slurm', '--partition', 'a_partition']
    Path('table.py').write_text("entries = [dict(config='pipeline.py', options={'crf': False})]\n")
    cell = cells('table.py')[0]
    assert 'crf' not in cell.plan(dry=True).stages and cell.command(launcher)[-2:] == ['--cfg-options', 'crf=False']
    plan = cell.plan(dry=True)
    assert plan.stages['report'].call(plan).options == {'crf': 'False'}  # the report reads the same pipeline


def test_options_of_tests_reach_the_tests_of_a_pipeline(here):
    cell = cells('pipeline.py', test_options={'test_cfg.fp16': True})[0]
    plan = cell.plan(dry=True)
    tested = {name for name, stage in plan.stages.items()
              if stage.tool and stage.call(plan).options.get('test_cfg.fp16') == 'True'}
    assert tested == {'crf', 'evaluation'}
    assert cell.command(Launcher(TOOLS))[-2:] == ['--cfg-options', 'test_options.test_cfg.fp16=True']
    before, after = portable_inputs(cells('pipeline.py')[0].plan()), portable_inputs(cell.plan())
    assert {name for name in before if before[name] != after[name]} == tested


def test_fingerprints_are_those_of_another_machine(here, original, monkeypatch):
    for word in ('classifier.py', 'pipeline.py'):
        own = inputs_of(word)
        monkeypatch.chdir(original)
        assert inputs_of(word) == own
        monkeypatch.chdir(here)
        json.dumps(own)
        assert str(here) not in str(own)


def test_a_list_given_by_its_path(here, original):
    (here / 'data' / 'few.txt').write_text('2007_000000\n')
    stage = cells('classifier.py', lists=['data/few.txt'])[0].plan(dry=True).stages['test_few']
    plan = cells('classifier.py', lists=['data/few.txt'])[0].plan(dry=True)
    assert stage.call(plan).options['test_dataloader.dataset.ann_file'] == 'few.txt'  # below the data
    shutil.copy('data/few.txt', 'my.txt')
    plan = cells('classifier.py', lists=['./my.txt'])[0].plan()
    assert plan.stages['test_my'].call(cells('classifier.py', lists=['./my.txt'])[0].plan(dry=True)).options[
        'test_dataloader.dataset.ann_file'] == str(here / 'my.txt')
    assert portable_inputs(plan)['test_my']['images'].startswith('1 images')


@pytest.mark.parametrize('change, stage, key', [
    (lambda: Path('classifier.py').write_text(Path('classifier.py').read_text() +
                                              'optim_wrapper = dict(optimizer=dict(lr=0.3))\n'), 'training', 'config'),
    (lambda: next(Path('data/JPEGImages').iterdir()).write_bytes(b'other'), 'training', 'images'),
    (lambda: Path('data/ImageSets/Segmentation/val.txt').write_text('2007_000000\n'), 'test_val', 'images')])
def test_what_changes_a_fingerprint(here, change, stage, key):
    before = inputs_of('classifier.py', lists=['val'])
    change()
    after = inputs_of('classifier.py', lists=['val'])
    assert before[stage][key] != after[stage][key]
    assert inputs_of('classifier.py', lists=['val'], seeds=[1])['training']['config'] != after['training']['config']


def test_a_cell_is_done_when_all_its_records_have_its_inputs(here):
    cell = cells('classifier.py', lists=['val'])[0]
    plan = cell.plan()
    inputs = portable_inputs(plan)
    assert read_done(cell, plan, inputs) is None
    figures = dict(training={}, test_val={'mIoU': 40.0, 'best_thr': 0.2, 'IoU.cat': None})  # of no image
    (cell.work_dir / 'records').mkdir(parents=True)
    plan.records.clear()
    for name, stage in plan.stages.items():
        record = dict(state='done', inputs={key: str(value) for key, value in stage.call(plan).inputs.items()},
                      seconds=5.0, output=f'{name} 123', metrics=figures[name], peak_megabytes=1.0, disk_megabytes=1.0)
        plan.records[name] = record
        (cell.work_dir / 'records' / f'{name}.json').write_text(json.dumps(record))
    found = read_done(cell, cell.plan(), inputs)
    assert [(stage['stage'], stage['measured'], stage['list'], stage['trains']) for stage in found['stages']] == [
        ('training', None, None, True), ('test_val', 'CAM', 'val', False)]
    assert found['stages'][1]['metrics'] == dict(mIoU=40.0, best_thr=0.2)
    assert found['stages'][1]['inputs'] == inputs['test_val']
    path = cell.work_dir / 'records' / 'training.json'
    path.write_text(path.read_text().replace('training 123', 'training 456'))  # trained anew: the test is of another
    assert read_done(cell, cell.plan(), inputs) is None
    path.write_text('{')
    assert read_done(cell, cell.plan(), inputs) is None
