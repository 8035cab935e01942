"""From a pipeline's config to the commands of its stages."""
import shlex

import pytest
from reference_network import REPO
from run_tool import TOOLS
from tiny_pipeline import write_tiny_pipeline

from mmwsss.pipeline import Launcher, Plan, make_plan, read_plan, run_pipeline
from mmwsss.utils.errors import InputError


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_tiny_pipeline(tmp_path)


@pytest.fixture
def commands(capsys):
    """The command of each stage in a dry run, as a list of words."""
    def run(config, launcher: Launcher | None = None, **kwargs) -> dict[str, list[str]]:
        run_pipeline(read_plan(str(config), 'w', dry=True), launcher or Launcher(TOOLS), **kwargs)
        blocks = capsys.readouterr().out.strip().split('\n\n')
        return {block.split(':')[0].removeprefix('# '): shlex.split(block.split('\n')[-1]) for block in blocks}
    return run


def tool(command: list[str]) -> str:
    """The tool of a command without a launcher."""
    return command[1].rpartition('/')[2]


def value(command: list[str], option: str) -> str:
    """What follows an option."""
    return command[command.index(option) + 1]


def test_dry_run_passes_folders_checkpoints_and_thresholds_on(config, tmp_path, commands):
    found = commands(config)
    assert {name: tool(command) for name, command in found.items()} == dict(
        classifier='train.py', cams='make_cams.py', cam_quality='evaluate_cams.py', ir_labels='make_ir_labels.py',
        ir_label_quality='evaluate_labels.py', irnet='train.py', walk='test.py', pseudo_labels='make_pseudo_labels.py',
        pseudo_label_quality='evaluate_labels.py', segmentor='train.py', evaluation='test.py', crf='test.py',
        report='make_report.py')
    assert list(found)[:3] == ['classifier', 'cams', 'cam_quality'] and list(found)[-1] == 'report'
    assert 'w/classifier/epoch_2.pth' in found['cams'] and '--list' in found['cams']
    assert value(found['ir_labels'], '--fg-thr') == '<auto_thr of cam_quality + 0.15>'
    assert 'train_dataloader.dataset.seg_map_dir=w/ir_labels' in found['irnet']
    assert 'model.backbone.init_cfg.checkpoint=w/classifier/epoch_2.pth' in found['irnet']
    assert 'test_dataloader.dataset.cam_dir=w/cams' in found['walk']
    assert value(found['pseudo_labels'], '--bg-thr') == 'best_thr of walk'
    assert 'train_dataloader.dataset.seg_map_dir=w/pseudo_labels' in found['segmentor']
    assert 'w/segmentor/iter_4.pth' in found['evaluation'] and 'test_evaluator.type=CRFIoUMetric' in found['crf']
    assert value(found['report'], '--work-dir') == 'w' and value(found['report'], '--out') == 'w/report/report.html'
    assert not (tmp_path / 'w').exists()


def test_without_a_segmentor(config, commands):
    text = config.read_text().replace("segmentor = 'segmentor.py'", '')
    config.write_text(text[:text.index('network_options')])
    found = commands(config)
    assert list(found)[-2:] == ['pseudo_label_quality', 'report'] and '--refine' not in found['pseudo_labels']
    config.write_text(config.read_text() + 'pseudo_label_crf = dict(steps=5)\n')
    found = commands(config)
    place = found['pseudo_labels'].index('--refine')
    assert found['pseudo_labels'][place + 1:place + 3] == ['DenseCRF', 'steps=5'] and 'segmentor' not in found


def test_processes_share_the_batch(config, commands):
    found = commands(config, Launcher(TOOLS, gpus=2))
    assert found['classifier'][:1] == ['bash'] and found['classifier'][2:4] == ['2', 'train.py']
    assert 'train_dataloader.batch_size=1' in found['classifier']
    assert not any('batch_size' in part for part in found['cams']) and found['cams'][2:4] == ['2', 'make_cams.py']
    assert tool(found['ir_labels']) == 'make_ir_labels.py'  # it has processes of its own
    found = commands(config, Launcher(TOOLS, gpus=3))
    assert found['classifier'][2:4] == ['2', 'train.py']  # a batch of 2 can be divided no further
    assert 'train_dataloader.batch_size=1' in found['classifier'] and found['cams'][2:4] == ['3', 'make_cams.py']


def test_slurm(config, commands):
    found = commands(config, Launcher(TOOLS, 'slurm', 2, 'gpu'), first='irnet', last='irnet')
    assert list(found) == ['irnet']
    assert found['irnet'][:2] == ['env', 'GPUS=2'] and found['irnet'][4:7] == ['train.py', 'gpu', 'irnet']
    with pytest.raises(InputError, match='--partition'):
        Launcher(TOOLS, 'slurm', 2)


@pytest.mark.parametrize(('network', 'change', 'named'), [
    ('irnet', 'train_cfg = None', r'irnet\.py.*train_cfg'),
    ('irnet', 'test_dataloader = None', r'test_dataloader.*irnet\.py'),
    ('irnet', "test_evaluator = dict(_delete_=True, type='IoUMetric')", r'irnet\.py.*CAMIoUMetric'),
    ('segmentor', "test_evaluator = dict(_delete_=True, type='CAMWriter')", r'segmentor\.py.*IoUMetric')])
def test_networks_that_do_not_fit(config, commands, network, change, named):
    path = config.with_name(f'{network}.py')
    head, _, kept = path.read_text().partition('\n')
    key = change.partition(' ')[0]
    kept = '\n'.join(f'base_{line}' if line.startswith(f'{key} =') else line for line in kept.split('\n'))
    path.write_text(f'{head}\n{kept}\n{change}\n')
    with pytest.raises(InputError, match=named):
        commands(config)


def test_where_the_evaluators_stand(config, commands):
    segmentor, irnet = config.with_name('segmentor.py'), config.with_name('irnet.py')
    segmentor.write_text(segmentor.read_text() + "test_evaluator = [dict(type='PseudoLabelWriter'), "
                         "dict(type='ClassIoUMetric', iou_metrics=['mIoU'])]\n")
    irnet.write_text(irnet.read_text() + "test_evaluator = dict(_delete_=True, type='CAMIoUMetric')\n")
    found = commands(config)
    assert 'test_evaluator.1.type=CRFIoUMetric' in found['crf'] and 'test_evaluator.out_dir=w/walk' in found['walk']


def test_lists_are_passed_on_by_their_paths(config, tmp_path, commands):
    found = commands(config)
    listed = tmp_path / 'data/ImageSets/Segmentation/train.txt'
    assert value(found['cams'], '--list') == value(found['pseudo_labels'], '--list') == str(listed)
    for network in ('irnet', 'segmentor'):
        path = config.with_name(f'{network}.py')
        path.write_text(path.read_text().replace('train_dataloader = dict(batch_size=2, dataset=dict(',
                                                 "train_dataloader = dict(batch_size=2, dataset=dict(ann_file='', "))
    assert value(commands(config)['cams'], '--list') == ''  # all images


def inputs(config) -> dict[str, object]:
    """What decides the output of the classifier's training."""
    plan = read_plan(str(config), 'w')
    return plan.stages['classifier'].call(plan).inputs


def test_how_a_network_is_tested_does_not_train_it_again(config):
    classifier = config.with_name('classifier.py')
    before, text = inputs(config), classifier.read_text()
    classifier.write_text(text + "model = dict(test_cfg=dict(bg_thr=0.3))\ntta_model = dict(type='SegTTAModel')\n"
                          "test_evaluator = dict(_delete_=True, type='CAMIoUMetric')\n")
    assert inputs(config) == before
    classifier.write_text(text + "model = dict(head=dict(word_cam=False))\n")
    assert inputs(config)['config'] != before['config']


def test_weights_that_a_training_starts_from(config, tmp_path):
    classifier = config.with_name('classifier.py')
    classifier.write_text(classifier.read_text() + "load_from = 'start.pth'\n")
    found = []
    for content in (None, b'1', b'2'):
        if content:
            (tmp_path / 'start.pth').write_bytes(content)
        found.append(inputs(config)['weights'])
    assert found[0] == [] and len(found[1]) == len(found[2]) == 1 and found[1] != found[2]


def test_an_unknown_stage(config, commands):
    with pytest.raises(InputError, match='walks.*walk'):
        commands(config, first='walks')


def test_places_of_options(config):
    plan: Plan = read_plan(str(config), 'w', dry=True)
    assert plan.fill(dict(a='x/{classifier} {other} {', b=3)) == dict(a='x/w/classifier/epoch_2.pth {other} {', b='3')


@pytest.mark.parametrize('name', ['pipeline_voc.py', 'voc6/pipeline_voc6.py', 'mini/pipeline_mini.py'])
def test_our_pipelines(name, commands, monkeypatch):
    monkeypatch.chdir(REPO)
    assert sum(line[:1] not in ('#', '') for line in (REPO / 'configs' / name).read_text().splitlines()) < 10
    found = commands(f'configs/{name}', Launcher(TOOLS, gpus=4))
    assert found['segmentor'][2] == ('2' if 'voc.py' in name else '4')  # of VOC: a batch of 10, as published
    assert list(found)[9:11] == ['segmentor', 'evaluation'] and list(found)[-1] == 'report' and len(found) == 13


def test_a_seed_and_options(config, commands, capsys):
    run_pipeline(read_plan(str(config), 'w', dry=True, options={'crf': False}, seed=7), Launcher(TOOLS))
    blocks = capsys.readouterr().out.strip().split('\n\n')
    found = {block.split(':')[0].removeprefix('# '): shlex.split(block.split('\n')[-1]) for block in blocks}
    assert 'crf' not in found and found['report'][-2:] == ['--cfg-options', 'crf=False']
    assert all('randomness.seed=7' in found[name] for name in ('classifier', 'irnet', 'segmentor'))
    assert not any('randomness' in word for words in commands(config).values() for word in words)


def test_options_of_a_network_on_the_command_line(config):
    options = {'network_options.segmentor.train_cfg.max_iters': 2, 'network_options.segmentor.optim_wrapper': dict(
        optimizer=dict(lr=0.5))}
    plan = read_plan(str(config), 'w', dry=True, options=options)
    stage = plan.stages['segmentor']
    found = stage.call(plan).options
    assert found['train_cfg.max_iters'] == '2' and found['optim_wrapper.optimizer.lr'] == '0.5'
    assert found['model.backbone.init_cfg.checkpoint'] == 'w/classifier/epoch_2.pth'  # of the pipeline's config
    assert stage.output(plan).path.name == 'iter_2.pth'


def test_one_config_with_labels_of_a_stage_and_with_its_own(config):
    stages = [dict(type='Training', name='full', config='segmentor.py'),
              dict(type='ExistingFiles', name='labels', folder='labels', suffix='.png'),
              dict(type='Training', name='weak', config='segmentor.py', labels='labels'),
              dict(type='Training', name='upper_bound', config='segmentor.py')]
    plan = make_plan(stages, str(config), 'w')
    networks = [plan.network(name) for name in ('full', 'weak', 'upper_bound')]
    assert [network.made_labels for network in networks] == [False, True, False] and networks[0] is networks[2]
    assert plan.network('weak', {'model.test_cfg': {}}).made_labels
    assert plan.network('segmentor.py') is networks[1]  # a path stands for the one whose labels do not exist yet


@pytest.mark.parametrize('seed, options', [(None, {}), (1, {}), (None, {'model.backbone.init_cfg': None})])
def test_a_config_whose_labels_a_stage_makes_with_options(config, seed, options):
    stages = [dict(type='ExistingFiles', name='cams', folder='cams'),
              dict(type='AffinityLabels', name='labels', cams='cams', config='irnet.py'),
              dict(type='Training', name='irnet', config='irnet.py', labels='labels', options=options)]
    plan = make_plan(stages, str(config), 'w', seed=seed)
    network = plan.network('irnet.py')
    assert network.made_labels and not network.options  # only the name of the stage stands for its options
    assert plan.stages['labels'].images(plan) == [f'2007_{index:06d}' for index in range(6)]
