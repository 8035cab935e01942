"""Stages as data: pipelines of every form from lists in a config, without a change in the runner."""
import inspect
import json
import re
import shlex

import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from run_tool import TOOLS, run_process
from tiny_pipeline import CLASSES, write_tiny_pipeline

from mmwsss.engine.options import parse_option
from mmwsss.pipeline import Launcher, read_plan, run_pipeline
from mmwsss.pipeline.check import check_inputs
from mmwsss.pipeline.run import finished_records
from mmwsss.pseudo_labels import write_cam
from mmwsss.registry import STAGES
from mmwsss.utils.errors import InputError

CLASSIFIER = dict(type='Training', name='classifier', config='classifier.py')
CAMS = dict(type='CAMFiles', name='cams', network='classifier')
CURVE = dict(type='CAMCurve', name='cam_quality', cams='cams', config='classifier.py')
LABELS = dict(type='AffinityLabels', name='labels', cams='cams', config='irnet.py')
WEIGHTS = {'model.backbone.init_cfg.checkpoint': '{classifier}'}
REFINER = dict(type='Training', name='refiner', config='irnet.py', labels='labels', options=WEIGHTS)
SEGMENTOR = dict(type='Training', name='segmentor', config='segmentor.py', labels='labels', options=WEIGHTS)
TEST = dict(type='Evaluation', name='evaluation', network='segmentor')
REPORT = dict(type='Report', name='report')

ENDS_WITH_CAMS = [CLASSIFIER, CAMS, CURVE, REPORT]
FOREIGN_CAMS = [
    dict(type='ExistingFiles', name='cams', folder='anybody', suffix='.npy'), CURVE,
    dict(LABELS, thresholds='cam_quality'), dict(REFINER, options={}),
    dict(type='PseudoLabels', name='pseudo_labels', network='refiner', cams='cams'), REPORT]
ROUNDS = [
    dict(CLASSIFIER, name='round_1'), dict(CAMS, name='cams_1', network='round_1'),
    dict(type='AffinityLabels', name='between', cams='cams_1', config='irnet.py'),
    dict(CLASSIFIER, name='round_2', options={
        'load_from': '{round_1}', 'train_dataloader.dataset.seg_map_dir': '{between}'}),
    dict(CAMS, name='cams_2', network='round_2')]
REFINED_TWICE = [
    CLASSIFIER, CAMS, LABELS, REFINER, dict(type='RefinerCurve', name='curve', network='refiner', cams='cams'),
    dict(type='PseudoLabels', name='first', network='refiner', cams='cams', threshold='curve.best_thr'),
    dict(REFINER, name='refiner_2', labels='first'),
    dict(type='PseudoLabels', name='second', network='refiner_2', cams='cams', threshold=0.3)]
AFFINITIES = [
    dict(type='ExistingFiles', name='cams', folder='anybody'), CURVE,
    dict(type='AffinityScores', name='scores', cams='cams', config='refiner', alphas='cam_quality'),
    dict(REFINER, config='affinitynet.py', labels='scores', options={'model.test_cfg.alpha': '{scores.alpha}'}),
    dict(type='RefinerCurve', name='curve', network='refiner', cams='cams'),
    dict(type='PseudoLabels', name='pseudo_labels', network='refiner', cams='cams', threshold=0.5), REPORT]
SUB_CATEGORIES = [
    CLASSIFIER, dict(type='SubCategories', name='subs', network='classifier', k=2, images_of='round_1'),
    dict(type='Training', name='round_1', config='sub_classifier.py', options={
        'train_dataloader.dataset.sub_category_file': '{subs}'})]
PROTOTYPES = [
    CLASSIFIER, dict(type='Prototypes', name='lpcam', network='classifier', config='lpcam.py', k=3, pixels=20),
    dict(CAMS, network='lpcam'), dict(type='AffinityLabels', name='labels', cams='cams', config='amn'),
    dict(type='Training', name='amn', config='amn.py', labels='labels'),
    dict(type='Evaluation', name='test', network='amn')]
SCRIBBLES = [
    dict(type='StrokeLabels', name='labels', kind='scribbles', source='lines', config='segmentor',
         settings=dict(width=5)),
    dict(SEGMENTOR, options={}), TEST]
UNREFINED = [CLASSIFIER, CAMS, dict(LABELS, config='segmentor', thresholds=(0.3, 0.3)), SEGMENTOR, TEST, REPORT]


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a pipeline's config with a list of stages, beside the configs of three networks."""
    monkeypatch.chdir(tmp_path)
    write_tiny_pipeline(tmp_path)

    def write(stages: object) -> str:
        (tmp_path / 'list.py').write_text(f'stages = {stages!r}\n')
        return 'list.py'
    return write


def dry_run(config: str, capsys) -> dict[str, str]:
    """What a dry run prints of each stage."""
    run_pipeline(read_plan(config, 'w', dry=True), Launcher(TOOLS))
    blocks = capsys.readouterr().out.strip().split('\n\n')
    return {block.split(':')[0].removeprefix('# '): block.partition('\n')[2] for block in blocks}


def test_a_pipeline_that_ends_with_cams(write, capsys):
    found = dry_run(write(ENDS_WITH_CAMS), capsys)
    assert list(found) == ['classifier', 'cams', 'cam_quality', 'report']
    assert '--cams w/cams' in found['cam_quality']


def test_a_pipeline_that_starts_from_anybodys_cams(write, capsys):
    found = dry_run(write(FOREIGN_CAMS), capsys)
    assert found['cams'] == ''  # nothing runs
    for stage in ('cam_quality', 'labels', 'pseudo_labels'):
        assert '--cams anybody' in found[stage]
    assert 'seg_map_dir=w/labels' in found['refiner']


def test_rounds(write, capsys):
    found = dry_run(write(ROUNDS), capsys)
    words = shlex.split(found['round_2'])
    assert 'load_from=w/round_1/epoch_2.pth' in words
    assert 'train_dataloader.dataset.seg_map_dir=w/between' in words
    assert 'w/round_2/epoch_2.pth' in shlex.split(found['cams_2'])
    assert 'load_from=w/round_1/epoch_2.pth' in shlex.split(found['cams_2'])  # the same config


def test_a_pipeline_that_refines_twice(write, capsys):
    found = dry_run(write(REFINED_TWICE), capsys)
    assert "'best_thr of curve'" in found['first'] and '--bg-thr 0.3' in found['second']
    assert 'seg_map_dir=w/first' in found['refiner_2'] and 'w/refiner_2/epoch_2.pth' in found['second']


def test_affinitynet_runs_on_the_sample(write, tmp_path, capsys):
    config = write(AFFINITIES)
    labels = json.loads((tmp_path / 'data' / 'image_labels.json').read_text())
    for name, present in labels.items():
        keys = [CLASSES.index(label) for label in present]
        write_cam(tmp_path / 'anybody' / f'{name}.npz', np.random.default_rng(0).random((len(keys), 12, 16)), keys,
                  (48, 64), CLASSES)
    found = dry_run(config, capsys)
    assert "'<power for auto_thr of cam_quality + 0.15>'" in found['scores']
    assert "'model.test_cfg.alpha=alpha of scores'" in found['refiner'] and 'seg_map_dir=w/scores' in found['refiner']
    done = run_process('run_pipeline.py', config, '--work-dir', 'w', cwd=tmp_path)
    assert done.status == 0, done.err[-3000:]
    figures = {row['stage']: row['metrics'] for row in json.loads((tmp_path / 'w' / 'table.json').read_text())}
    threshold, alpha = figures['cam_quality']['auto_thr'], figures['scores']['alpha']
    assert (1 - threshold)**alpha == pytest.approx(threshold, abs=5e-3)
    assert Config.fromfile(tmp_path / 'w/refiner/affinitynet.py').model.test_cfg.alpha == alpha
    command = json.loads((tmp_path / 'w/records/scores.json').read_text())['command']
    for option, margin in (('low', 0.15), ('high', -0.15)):
        power = float(re.search(rf'--{option}-alpha (\S+)', command)[1])
        assert (1 - threshold - margin)**power == pytest.approx(threshold + margin, abs=5e-3)
    command = json.loads((tmp_path / 'w/records/curve.json').read_text())['command']
    assert f'model.test_cfg.alpha={alpha}' in command
    assert len(list((tmp_path / 'w' / 'scores').glob('*.npz'))) == 6
    assert len(list((tmp_path / 'w' / 'pseudo_labels').glob('*.png'))) == 6
    again = run_process('run_pipeline.py', config, '--work-dir', 'w', cwd=tmp_path)
    assert again.status == 0 and 'starts' not in again.out
    plan = read_plan(config, 'w')  # the walk runs again where the figure has changed, whatever the checkpoint
    assert 'refiner' in finished_records(plan)
    assert plan.stages['curve'].call(plan).inputs['figures'] == {'model.test_cfg.alpha': alpha}


def test_sub_categories(write, capsys):
    found = dry_run(write(SUB_CATEGORIES), capsys)
    words = shlex.split(found['subs'])
    assert words[2:4] == ['classifier.py', 'w/classifier/epoch_2.pth'] and 'w/subs/sub_categories.json' in words
    assert words[words.index('--k') + 1] == '2' and '--allow-fewer' not in words
    assert words[words.index('--list') + 1].endswith('ImageSets/Segmentation/train.txt')
    assert 'sub_category_file=w/subs/sub_categories.json' in found['round_1']


@pytest.mark.parametrize(('change', 'named'), [
    (dict(k=0), ['subs', 'k=0']), (dict(k=3), ['subs', 'k=3', 'bus (2)', 'allow_fewer=True'])])
def test_too_many_sub_categories_are_named_before_the_first_stage(write, change, named):
    with pytest.raises(InputError, match=message_names(*named)):
        check_inputs(read_plan(write([SUB_CATEGORIES[0], dict(SUB_CATEGORIES[1], **change), SUB_CATEGORIES[2]]), 'w'))
    check_inputs(read_plan(write(SUB_CATEGORIES), 'w'))  # of good ones, the file that is made later is not missing


def test_prototypes_and_amn_run_on_the_sample(write, tmp_path, capsys):
    config = write(PROTOTYPES)
    found = dry_run(config, capsys)
    words = shlex.split(found['lpcam'])
    assert words[2:4] == ['classifier.py', 'w/classifier/epoch_2.pth'] and 'w/lpcam/prototypes.pth' in words
    assert [words[words.index(f'--{name}') + 1] for name in ('k', 'mask-thr', 'pixels')] == ['3', '0.1', '20']
    assert words[words.index('--list') + 1].endswith('/train.txt')
    assert shlex.split(found['cams'])[2:4] == ['lpcam.py', 'w/lpcam/prototypes.pth']
    assert 'seg_map_dir=w/labels' in found['amn']
    done = run_process('run_pipeline.py', config, '--work-dir', 'w', cwd=tmp_path)
    assert done.status == 0, done.err[-3000:]
    assert len(list((tmp_path / 'w' / 'cams').glob('*.npz'))) == 6
    rows = {row['stage']: row for row in json.loads((tmp_path / 'w' / 'table.json').read_text())}
    assert rows['test']['metrics']['mIoU'] >= 0 and (tmp_path / 'w' / 'amn' / 'epoch_2.pth').is_file()
    again = run_process('run_pipeline.py', config, '--work-dir', 'w', cwd=tmp_path)
    assert again.status == 0 and 'starts' not in again.out


@pytest.mark.parametrize(('change', 'named'), [(dict(k=0), ['k=0']), (dict(k=4), ['lpcam', 'k=4', 3])])
def test_prototypes_that_do_not_fit_are_named_before_the_first_stage(write, change, named):
    with pytest.raises(InputError, match=message_names(*named)):
        check_inputs(read_plan(write([PROTOTYPES[0], dict(PROTOTYPES[1], **change)]), 'w'))


def test_prototypes_need_an_image_of_every_class(write, tmp_path):
    listed = tmp_path / 'data' / 'image_labels.json'
    known = {name: [label for label in found if label != 'bus'] for name, found in json.loads(
        listed.read_text()).items()}
    listed.write_text(json.dumps(known))
    with pytest.raises(InputError, match=message_names('lpcam', 'bus')) as caught:
        check_inputs(read_plan(write(PROTOTYPES[:2]), 'w'))
    assert 'sub-categories' not in str(caught.value) and 'allow' not in str(caught.value)


def test_a_segmentor_without_refinement_runs_on_the_sample(write, tmp_path, capsys):
    config = write(UNREFINED)
    assert 'seg_map_dir=w/labels' in dry_run(config, capsys)['segmentor']
    done = run_process('run_pipeline.py', config, '--work-dir', 'w', cwd=tmp_path)
    assert done.status == 0, done.err[-3000:]
    rows = json.loads((tmp_path / 'w' / 'table.json').read_text())
    assert [row['stage'] for row in rows] == [stage['name'] for stage in UNREFINED]
    assert rows[4]['metrics']['mIoU'] >= 0 and len(list((tmp_path / 'w' / 'labels').glob('*.png'))) == 6
    page = (tmp_path / 'w' / 'report' / 'report.html').read_text()
    assert '<td class="name"' in page and 'evaluation' in page


def test_missing_files_are_named_before_the_first_stage(write, tmp_path):
    config = write(FOREIGN_CAMS)
    done = run_process('run_pipeline.py', config, '--work-dir', 'w', cwd=tmp_path)
    assert done.status == 1 and 'anybody' in done.err and '.npy' in done.err and 'Traceback' not in done.err
    assert 'starts' not in done.out


def test_a_kind_of_stage_outside_of_the_package(write, tmp_path, capsys, monkeypatch):
    (tmp_path / 'my_stage.py').write_text('''\
from mmwsss.pipeline import Call, Output, Stage
from mmwsss.pseudo_labels import write_cam
from mmwsss.registry import STAGES


@STAGES.register_module()
class CountFiles(Stage):
    """Count the files of a stage."""
    tool = 'count.py'
    title = 'Counting'

    def __init__(self, name, files):
        self.files = files
        super().__init__(name, [files])

    def output(self, plan):
        return Output(self.folder(plan) / 'count.json')

    def call(self, plan):
        return Call([plan.output(self.files)], inputs=dict(files=plan.mark(self.files)))
''')
    monkeypatch.syspath_prepend(str(tmp_path))
    config = write([CLASSIFIER, CAMS, dict(type='CountFiles', name='count', files='cams')])
    (tmp_path / config).write_text("custom_imports = dict(imports=['my_stage'])\n" + (tmp_path / config).read_text())
    assert shlex.split(dry_run(config, capsys)['count'])[1:] == [str(TOOLS / 'count.py'), 'w/cams']


def test_a_pipeline_that_starts_from_strokes(write, capsys, tmp_path):
    found = dry_run(write(SCRIBBLES), capsys)
    assert 'scribbles lines --out w/labels --width 5' in found['labels']
    assert 'seg_map_dir=w/labels' in found['segmentor']
    boxes = dict(SCRIBBLES[0], kind='boxes', settings=dict(method='fill', refine=dict(type='DenseCRF', steps=2)))
    config = write([boxes, *SCRIBBLES[1:]])
    assert '--method fill --refine DenseCRF steps=2' in dry_run(config, capsys)['labels']
    with pytest.raises(InputError, match=message_names('labels', 'lines')):
        check_inputs(read_plan(config, 'w'))
    with pytest.raises(InputError, match=message_names('labels', 'source')):
        read_plan(write([dict(boxes, source=3)]), 'w')
    for changed, named in ((dict(kind='lines'), 'lines'), (dict(settings=dict(method='fill')), 'method')):
        with pytest.raises(InputError, match=message_names('labels', named)):
            check_inputs(read_plan(write([dict(SCRIBBLES[0], **changed), *SCRIBBLES[1:]]), 'w'))


CUES = [CLASSIFIER, CAMS, dict(type='Cues', name='cues', cams='cams', config='segmentor.py', settings=dict(fg_thr=0.3)),
        REPORT]
SECOND = [
    CLASSIFIER, CAMS, LABELS, SEGMENTOR,
    dict(type='Masks', name='masks', network='segmentor', tta=True, refine=dict(type='DenseCRF', steps=2)),
    dict(SEGMENTOR, name='second', labels='masks', options={'load_from': '{segmentor}'})]


def test_a_second_segmentor_learns_from_the_masks_of_the_first(write, capsys):
    found = dry_run(write(SECOND), capsys)
    assert '--out w/masks' in found['masks'] and '--tta --refine DenseCRF steps=2' in found['masks']
    assert 'seg_map_dir=w/masks' in found['second'] and 'load_from=w/segmentor/iter_4.pth' in found['second']
    without = [*SECOND[:-2], dict(SECOND[-2], refine='DenseCRF'), SECOND[-1]]
    with pytest.raises(InputError, match=message_names('masks', 'refine', 'DenseCRF')):
        read_plan(write(without), 'w')


def test_an_interrupted_second_segmentor_resumes_from_its_own_checkpoint(write, tmp_path, monkeypatch):
    """Not from the first one's, which its command line names as initial weights."""
    plan = read_plan(write(SECOND), 'w', dry=True)
    stage = plan.stages['second']
    call, launcher = stage.call(plan), Launcher(TOOLS)
    assert 'load_from=w/segmentor/iter_4.pth' in launcher.command(stage, call)
    nothing_saved = launcher.command(stage, call, resume=True)
    assert '--resume' not in nothing_saved and 'load_from=w/segmentor/iter_4.pth' in nothing_saved
    folder = tmp_path / 'w' / 'second'
    folder.mkdir(parents=True)
    torch.save(dict(state_dict=dict(weight=torch.ones(1)), meta={}, message_hub={}), folder / 'iter_2.pth')
    resumed = launcher.command(stage, call, resume=True)
    assert '--resume' in resumed and not any('load_from' in word for word in resumed)
    assert any('seg_map_dir' in word for word in resumed)
    first = plan.stages['segmentor']
    assert '--resume' in launcher.command(first, first.call(plan), resume=True)


def test_a_comma_in_the_work_dir(write):
    """On a command line, text with a comma would be a list."""
    plan = read_plan(write(SECOND), 'scribbles, loss', dry=True)
    for stage, wanted in ((plan.stages['second'], 'masks'), (plan.stages['segmentor'], 'labels')):
        options = stage.call(plan).options
        assert parse_option(options['train_dataloader.dataset.seg_map_dir']) == f'scribbles, loss/{wanted}'
    assert parse_option(plan.stages['second'].call(plan).options['load_from']) == 'scribbles, loss/segmentor/iter_4.pth'


EXAMPLES = {stage['type']: (stages, stage['name']) for stages in (
    PROTOTYPES, CUES, SECOND, ENDS_WITH_CAMS, FOREIGN_CAMS, ROUNDS, REFINED_TWICE, AFFINITIES, SUB_CATEGORIES,
    SCRIBBLES, [*UNREFINED, dict(type='LabelQuality', name='quality', labels='labels', config='irnet.py')])
            for stage in stages}
STAGES.import_from_location()


@pytest.mark.parametrize('kind', sorted(name for name, item in STAGES.module_dict.items()
                                        if item.__module__.startswith('mmwsss.pipeline.stages')))
def test_the_contract_of_every_kind(write, kind):
    """A new kind is found here; add it to one of the lists above."""
    stages, name = EXAMPLES[kind]
    plan = read_plan(write(stages), 'w', dry=True)
    stage = plan.stages[name]
    assert type(stage).__name__ == kind and stage.title and stage.needs == tuple(dict.fromkeys(stage.needs))
    described = stage.call(plan)
    assert all(isinstance(word, str) for word in (*described.arguments, *described.options.values()))
    json.dumps(described.inputs)
    if stage.tool:
        assert (TOOLS / stage.tool).is_file() and stage.output(plan).path.is_relative_to('w/' + name)
    compared = stage.compared(plan, dict(mIoU=1.0))
    assert compared is None or all(isinstance(text, str) and text for text in compared)
    stage.set_seed(5)
    assert stage.trains == (5 in getattr(stage, 'options', {}).values())  # what trains has a seed
    documented = inspect.getdoc(type(stage))
    assert all(f'{argument}: ' in documented for argument in inspect.signature(type(stage)).parameters)
