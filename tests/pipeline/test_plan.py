import shlex

import pytest
from reference_network import REPO
from run_tool import TOOLS
from tiny_pipeline import write_tiny_pipeline

from mmwsss.pipeline import read_plan
from mmwsss.pipeline.run import Launcher, run_pipeline
from mmwsss.utils.errors import InputError


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_tiny_pipeline(tmp_path)


def commands(capsys, *args, **kwargs) -> dict[str, list[str]]:
    """The command of each stage in a dry run."""
    run_pipeline(*args, **kwargs)
    blocks = capsys.readouterr().out.strip().split('\n\n')
    return {block.split(':')[0].removeprefix('# '): shlex.split(block.split('\n')[-1]) for block in blocks}


def test_dry_run_passes_folders_checkpoints_and_thresholds_on(config, tmp_path, capsys):
    found = commands(capsys, read_plan(str(config), 'w', dry=True), Launcher(TOOLS))
    assert list(found) == ['classifier', 'cams', 'cam_quality', 'ir_labels', 'ir_label_quality', 'irnet', 'walk',
                           'pseudo_labels', 'pseudo_label_quality', 'segmentor', 'evaluation', 'crf', 'report']
    tools = [command[1].rpartition('/')[2] for command in found.values()]
    assert tools == ['train.py', 'make_cams.py', 'evaluate_cams.py', 'make_ir_labels.py', 'evaluate_labels.py',
                     'train.py', 'test.py', 'make_pseudo_labels.py', 'evaluate_labels.py', 'train.py', 'test.py',
                     'test.py', 'make_report.py']
    assert 'w/classifier/epoch_2.pth' in found['cams'] and '--list' in found['cams']
    assert found['ir_labels'][found['ir_labels'].index('--fg-thr') + 1] == '<auto_thr of cam_quality + 0.15>'
    assert 'train_dataloader.dataset.seg_map_dir=w/ir_labels' in found['irnet']
    assert 'model.backbone.init_cfg.checkpoint=w/classifier/epoch_2.pth' in found['irnet']
    assert 'test_dataloader.dataset.cam_dir=w/cams' in found['walk']
    assert found['pseudo_labels'][found['pseudo_labels'].index('--bg-thr') + 1] == 'best_thr of walk'
    assert 'train_dataloader.dataset.seg_map_dir=w/pseudo_labels' in found['segmentor']
    assert 'w/segmentor/iter_4.pth' in found['evaluation'] and 'test_evaluator.type=CRFIoUMetric' in found['crf']
    assert found['report'][2:] == [str(config), '--work-dir', 'w', '--out', 'w/report/report.html']
    assert not (tmp_path / 'w').exists()


def test_without_a_segmentor(config, capsys):
    text = config.read_text().replace("segmentor = 'segmentor.py'", '')
    config.write_text(text[:text.index('network_options')])
    found = commands(capsys, read_plan(str(config), 'w', dry=True), Launcher(TOOLS))
    assert list(found)[-2:] == ['pseudo_label_quality', 'report'] and '--crf' not in found['pseudo_labels']
    config.write_text(config.read_text() + 'pseudo_label_crf = dict(steps=5)\n')
    found = commands(capsys, read_plan(str(config), 'w', dry=True), Launcher(TOOLS))
    assert '--crf steps=5' in ' '.join(found['pseudo_labels']) and 'segmentor' not in found


def test_processes_share_the_batch(config, capsys):
    found = commands(capsys, read_plan(str(config), 'w', dry=True), Launcher(TOOLS, gpus=2))
    assert found['classifier'][:1] == ['bash'] and found['classifier'][2:4] == ['2', 'train.py']
    assert 'train_dataloader.batch_size=1' in found['classifier']
    assert not any('batch_size' in part for part in found['cams']) and found['cams'][2:4] == ['2', 'make_cams.py']
    assert found['ir_labels'][1].endswith('make_ir_labels.py')  # it has processes of its own
    found = commands(capsys, read_plan(str(config), 'w', dry=True), Launcher(TOOLS, gpus=3))
    assert found['classifier'][2:4] == ['2', 'train.py']  # a batch of 2 can be divided no further
    assert 'train_dataloader.batch_size=1' in found['classifier'] and found['cams'][2:4] == ['3', 'make_cams.py']


def test_slurm(config, capsys):
    found = commands(capsys, read_plan(str(config), 'w', dry=True), Launcher(TOOLS, 'slurm', 2, 'gpu'), first='irnet',
                     last='irnet')
    assert list(found) == ['irnet']
    assert found['irnet'][:2] == ['env', 'GPUS=2'] and found['irnet'][4:7] == ['train.py', 'gpu', 'irnet']
    with pytest.raises(InputError, match='--partition'):
        Launcher(TOOLS, 'slurm', 2)


@pytest.mark.parametrize(('old', 'new', 'named'), [
    ("irnet = 'irnet.py'", "irnet = 'nothere.py'", r'no config .*nothere\.py'),
    ("irnet = 'irnet.py'", '', r"missing \['irnet'\]"),
    ("irnet = 'irnet.py'", "irnet = 'irnet.py'\nthreshold = 3", r"unknown settings \['threshold'\]")])
def test_a_bad_config_is_named(config, old, new, named):
    config.write_text(config.read_text().replace(old, new))
    with pytest.raises(InputError, match=named):
        read_plan(str(config))


def test_classes_that_differ_between_the_stages(config):
    irnet = config.with_name('irnet.py')
    classes = "metainfo=dict(classes=('background', 'cat', 'bus'))"
    text = irnet.read_text().replace('batch_size=2, dataset=dict(', f'batch_size=2, dataset=dict({classes}, ')
    irnet.write_text(text)
    with pytest.raises(InputError, match=r'irnet\.py has the classes background, cat, bus in its train_data'):
        read_plan(str(config))


@pytest.mark.parametrize(('network', 'change', 'named'), [
    ('segmentor', "test_dataloader = dict(dataset=dict(metainfo=dict(classes=('background', 'cat'))))",
     r'segmentor\.py has the classes background, cat in its test_dataloader'),
    ('segmentor', 'model = dict(decode_head=dict(num_classes=5))', r'num_classes=5, but its data have 7 classes\. Set'),
    ('classifier', 'model = dict(head=dict(num_classes=7))', r'num_classes=7, but its data have 6 classes without the'),
    ('irnet', 'train_cfg = None', r'irnet\.py has no train_cfg'),
    ('irnet', 'test_dataloader = None', r'test_dataloader\.dataset of .*irnet\.py is missing'),
    ('irnet', "test_evaluator = dict(_delete_=True, type='IoUMetric')", 'no CAMIoUMetric among its test_evaluator'),
    ('segmentor', "test_evaluator = dict(_delete_=True, type='CAMWriter')", 'no IoUMetric among its test_evaluator')])
def test_networks_that_do_not_fit(config, network, change, named):
    path = config.with_name(f'{network}.py')
    head, _, kept = path.read_text().partition('\n')
    key = change.partition(' ')[0]
    kept = '\n'.join(f'base_{line}' if line.startswith(f'{key} =') else line for line in kept.split('\n'))
    path.write_text(f'{head}\n{kept}\n{change}\n')
    with pytest.raises(InputError, match=named):
        plan = read_plan(str(config), dry=True)
        [describe() for describe in plan.stages()]


def test_where_the_evaluators_stand(config, capsys):
    segmentor, irnet = config.with_name('segmentor.py'), config.with_name('irnet.py')
    segmentor.write_text(segmentor.read_text() + "test_evaluator = [dict(type='PseudoLabelWriter'), "
                         "dict(type='ClassIoUMetric', iou_metrics=['mIoU'])]\n")
    irnet.write_text(irnet.read_text() + "test_evaluator = dict(_delete_=True, type='CAMIoUMetric')\n")
    found = commands(capsys, read_plan(str(config), 'w', dry=True), Launcher(TOOLS))
    assert 'test_evaluator.1.type=CRFIoUMetric' in found['crf'] and 'test_evaluator.out_dir=w/walk' in found['walk']


def test_lists_are_passed_on_by_their_paths(config, tmp_path, capsys):
    found = commands(capsys, read_plan(str(config), 'w', dry=True), Launcher(TOOLS))
    listed = tmp_path / 'data/ImageSets/Segmentation/train.txt'
    for stage in ('cams', 'pseudo_labels'):
        assert found[stage][found[stage].index('--list') + 1] == str(listed)
    for network in ('irnet', 'segmentor'):
        path = config.with_name(f'{network}.py')
        path.write_text(path.read_text().replace('train_dataloader = dict(batch_size=2, dataset=dict(',
                                                 "train_dataloader = dict(batch_size=2, dataset=dict(ann_file='', "))
    found = commands(capsys, read_plan(str(config), 'w', dry=True), Launcher(TOOLS))
    assert found['cams'][found['cams'].index('--list') + 1] == ''  # all images


def inputs(config) -> dict[str, dict]:
    """What decides each of the stages that need no earlier output."""
    stage = read_plan(str(config), 'w').classifier()
    return dict(stage.inputs)


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


def test_a_work_dir_of_the_config(config):
    config.write_text(config.read_text() + "work_dir = 'mine'\n")
    assert str(read_plan(str(config), dry=True).work_dir) == 'mine'
    assert str(read_plan(str(config), 'given', dry=True).work_dir) == 'given'


def test_an_unknown_stage(config):
    with pytest.raises(InputError, match='no stage walks'):
        run_pipeline(read_plan(str(config), 'w', dry=True), Launcher(TOOLS), first='walks')


@pytest.mark.parametrize('name', ['pipeline_voc.py', 'voc6/pipeline_voc6.py', 'mini/pipeline_mini.py'])
def test_our_pipelines(name, capsys, monkeypatch):
    monkeypatch.chdir(REPO)
    found = commands(capsys, read_plan(f'configs/{name}', dry=True), Launcher(TOOLS, gpus=4))
    assert found['segmentor'][2] == ('2' if 'voc.py' in name else '4')  # of VOC: a batch of 10, as published
    assert list(found)[9:11] == ['segmentor', 'evaluation'] and list(found)[-1] == 'report'
