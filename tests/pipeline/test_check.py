"""What is missing is named before the first stage starts."""
import pytest
from reference_network import REPO
from tiny_pipeline import write_tiny_pipeline

from mmwsss.models.heads.cam_head import CAMHead
from mmwsss.pipeline import make_plan, read_plan
from mmwsss.pipeline.check import check_inputs
from mmwsss.utils.errors import InputError


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_tiny_pipeline(tmp_path)


def test_all_is_there(config):
    check_inputs(read_plan(str(config), 'w'))


@pytest.mark.parametrize(('file', 'named'), [
    ('JPEGImages/2007_000003.jpg', '2007_000003'),
    ('SegmentationClass/2007_000002.png', '2007_000002'),
    ('image_labels.json', r'image_labels\.json'),
    ('ImageSets/Segmentation/val.txt', r'val\.txt')])
def test_what_is_missing_is_named(config, tmp_path, file, named):
    (tmp_path / 'data' / file).unlink()
    with pytest.raises(InputError, match=named):
        check_inputs(read_plan(str(config), 'w'))


def test_lists_that_do_not_fit_together(config, tmp_path):
    lists = tmp_path / 'data' / 'ImageSets' / 'Segmentation'
    (lists / 'few.txt').write_text('2007_000001\n2007_000004\n')
    irnet = config.with_name('irnet.py')
    irnet.write_text(irnet.read_text().replace("train_dataloader = dict(batch_size=2, dataset=dict(",
                                               "train_dataloader = dict(batch_size=2, dataset=dict("
                                               "ann_file='ImageSets/Segmentation/few.txt', "))
    with pytest.raises(InputError, match=r'cam_quality .*classifier\.py.* cams .* 4 .*2007_000000'):
        check_inputs(read_plan(str(config), 'w'))
    classifier = config.with_name('classifier.py')
    classifier.write_text(classifier.read_text().replace("test_dataloader = dict(dataset=dict(",
                                                         "test_dataloader = dict(dataset=dict("
                                                         "ann_file='ImageSets/Segmentation/few.txt', "))
    with pytest.raises(InputError, match=r'ir_label_quality .*irnet\.py.* ir_labels .* 4 .*2007_000000'):
        check_inputs(read_plan(str(config), 'w'))


def test_classes_that_differ_between_the_stages(config):
    irnet = config.with_name('irnet.py')
    classes = "metainfo=dict(classes=('background', 'cat', 'bus'))"
    text = irnet.read_text().replace('batch_size=2, dataset=dict(', f'batch_size=2, dataset=dict({classes}, ')
    irnet.write_text(text)
    with pytest.raises(InputError, match=r'irnet\.py .*background, cat, bus .*train_dataloader'):
        check_inputs(read_plan(str(config), 'w'))


@pytest.mark.parametrize(('network', 'change', 'named'), [
    ('segmentor', "test_dataloader = dict(dataset=dict(metainfo=dict(classes=('background', 'cat'))))",
     r'segmentor\.py .*background, cat .*test_dataloader'),
    ('segmentor', 'model = dict(decode_head=dict(num_classes=5))', r'num_classes=5.* 7 .*num_classes=7'),
    ('classifier', 'model = dict(head=dict(num_classes=7))', r'num_classes=7.* 6 .*num_classes=6'),
    ('irnet', 'model = dict(head=dict(in_channels=(32, 48, 64, 128, 9)))', r'irnet\.py.*IRNHead.*\b9\b.*256'),
    ('classifier', 'model = dict(head=dict(encoder=dict(codebook=dict(type="LearnableCodebook", in_channels=5))))',
     r'classifier\.py.*\b5 channels.*\b256 channels'),
    ('irnet', 'model = dict(head=dict(raduis=4))', r"irnet\.py.*IRNHead.*'raduis'")])
def test_networks_that_do_not_fit(config, network, change, named):
    path = config.with_name(f'{network}.py')
    head, _, kept = path.read_text().partition('\n')
    key = change.partition(' ')[0]
    kept = '\n'.join(f'base_{line}' if line.startswith(f'{key} =') else line for line in kept.split('\n'))
    path.write_text(f'{head}\n{kept}\n{change}\n')
    with pytest.raises(InputError, match=named):
        check_inputs(read_plan(str(config), 'w'))


def test_a_training_without_a_step_is_seen_before_the_first_stage(config):
    irnet = config.with_name('irnet.py')
    irnet.write_text(irnet.read_text().replace('batch_size=2, dataset', 'batch_size=99, drop_last=True, dataset'))
    with pytest.raises(InputError, match=r'irnet\.py.*batch_size=99'):
        check_inputs(read_plan(str(config), 'w'))


def test_without_densecrf(config, monkeypatch):
    monkeypatch.setitem(__import__('sys').modules, 'pydensecrf', None)
    monkeypatch.setitem(__import__('sys').modules, 'pydensecrf.densecrf', None)
    check_inputs(read_plan(str(config), 'w'))
    config.write_text(config.read_text() + "pseudo_label_crf = dict(backend='pydensecrf')\n")
    with pytest.raises(InputError, match=r'mmwsss\[crf\]'):
        check_inputs(read_plan(str(config), 'w'))


def test_packages_that_a_network_needs(config, monkeypatch):
    monkeypatch.setattr(CAMHead, 'needs_packages', ('not_there', 'torch'), raising=False)
    with pytest.raises(InputError, match=r'classifier\.py .*not_there.*pip install not-there$'):
        check_inputs(read_plan(str(config), 'w'))


def test_initial_weights_that_no_stage_makes(config):
    """The configs' own ones are of another run; the pipeline's options name a stage instead."""
    text = config.read_text()
    config.write_text(text[:text.index('network_options')])
    with pytest.raises(InputError, match=r'irnet .*epoch_15\.pth'):
        check_inputs(read_plan(str(config), 'w'))


def test_a_checkpoint_to_train_on_from_that_no_stage_makes(config):
    classifier = config.with_name('classifier.py')
    classifier.write_text(f"{classifier.read_text()}load_from = 'gone.pth'\n")
    with pytest.raises(InputError, match=r'classifier .*load_from.*gone\.pth'):
        check_inputs(read_plan(str(config), 'w'))


def test_a_checkpoint_to_test_that_is_not_there(config, tmp_path):
    stage = dict(type='Evaluation', name='old', network='segmentor.py', checkpoint='gone.pth')
    config.write_text(f'stages = {[stage]!r}')
    with pytest.raises(InputError, match=r'old.*gone\.pth'):
        check_inputs(read_plan(str(config), 'w'))
    (tmp_path / 'gone.pth').write_text('no weights')
    with pytest.raises(InputError, match=r'old.*gone\.pth'):
        check_inputs(read_plan(str(config), 'w'))


def test_changed_weights_in_the_home_folder_count(config, tmp_path, monkeypatch):
    monkeypatch.setenv('HOME', str(tmp_path))
    stage = dict(type='Training', name='classifier', config='classifier.py', options=dict(load_from='~/first.pth'))
    config.write_text(f'stages = {[stage]!r}')
    marks = []
    for text in ('old', 'new'):
        (tmp_path / 'first.pth').write_text(text)
        plan = read_plan(str(config), 'w')
        marks.append(plan.stages['classifier'].call(plan).inputs['weights'])
    assert marks[0] != marks[1]


def test_a_local_refinement_that_cannot_be_built(config):
    config.write_text(config.read_text().replace('crf = True', 'crf = True\npseudo_label_crf = dict(foo=3)'))
    with pytest.raises(InputError, match='(?s)DenseCRF.*pseudo_labels.*foo'):
        check_inputs(read_plan(str(config), 'w'))


@pytest.mark.parametrize(('network', 'evaluator', 'named'), [
    ('irnet', "[dict(type='PseudoLabelWriter')]", r'irnet\.py.*CAMIoUMetric'),
    ('segmentor', "dict(type='PseudoLabelWriter')", r'segmentor\.py.*IoUMetric')])
def test_a_metric_that_a_later_stage_sets(config, network, evaluator, named):
    path = config.with_name(f'{network}.py')
    path.write_text(f'{path.read_text()}test_evaluator = {evaluator}\n')
    with pytest.raises(InputError, match=named):
        check_inputs(read_plan(str(config), 'w'))


def test_options_that_no_command_line_can_pass(config):
    options = {'network_options.segmentor.train_dataloader.dataset.pipeline': [dict(type='LoadImage')]}
    with pytest.raises(InputError, match=r'train_dataloader\.dataset\.pipeline'):
        check_inputs(read_plan(str(config), 'w', options=options))


@pytest.mark.parametrize(('network', 'stage'), [('classifier', 'cam_quality'), ('irnet', 'ir_label_quality')])
def test_masks_that_only_a_measurement_reads(config, network, stage):
    """The pipeline of the test loads none, but the tools that compare files with masks read them."""
    path = config.with_name(f'{network}.py')
    path.write_text(f"""{path.read_text()}
test_evaluator = [dict(type='CAMIoUMetric', masks=False)]
test_dataloader['dataset']['pipeline'] = [dict(type='LoadImage'), dict(type='LoadCAM'), dict(
    type='PackImageLabelInputs')]
test_dataloader['dataset']['data_prefix'] = dict(img_path='JPEGImages', seg_map_path='not_there')
""")
    plan = read_plan(str(config), 'w')
    with pytest.raises(InputError, match='not_there'):
        plan.stages[stage].check(plan)
    path.write_text(path.read_text().replace(", seg_map_path='not_there'", ', _delete_=True'))
    plan = read_plan(str(config), 'w')
    if stage == 'cam_quality':
        plan.stages[stage].check(plan)  # label-free
    else:
        with pytest.raises(InputError, match=f'{stage}.*{network}'):
            plan.stages[stage].check(plan)


def test_refinements_of_stages(config):
    """Every stage that refines takes any registered local refinement, and refuses an unknown one."""
    refine = dict(type='DenseCRF', steps=3)
    stages = [
        dict(type='ExistingFiles', name='cams', folder='cams'),
        dict(type='AffinityLabels', name='labels', cams='cams', config='irnet.py', refine=refine),
        dict(type='Training', name='refiner', config='irnet.py', labels='labels'),
        dict(type='PseudoLabels', name='pseudo', network='refiner', cams='cams', refine=refine),
        dict(type='Training', name='segmentor', config='segmentor.py', labels='pseudo'),
        dict(type='Evaluation', name='test', network='segmentor', refine=refine)]
    plan = make_plan(stages, str(config), 'w', dry=True)
    assert plan.stages['labels'].call(plan).options == {
        'ir_label_refinement.type': 'DenseCRF', 'ir_label_refinement.steps': '3'}
    assert plan.stages['pseudo'].call(plan).arguments[-3:] == ['--refine', 'DenseCRF', 'steps=3']
    assert plan.stages['test'].call(plan).options == {
        'test_evaluator.type': 'CRFIoUMetric', 'test_evaluator.refine.type': 'DenseCRF',
        'test_evaluator.refine.steps': '3'}
    for place, name in ((1, 'labels'), (3, 'pseudo'), (5, 'test')):
        wrong = [dict(stage) for stage in stages]
        wrong[place]['refine'] = dict(type='Nothing')
        plan = make_plan(wrong, str(config), 'w')
        with pytest.raises(InputError, match=f'(?s)Nothing.*{name}'):
            plan.stages[name].check(plan)


@pytest.mark.parametrize('name', sorted(
    path.name for path in (REPO / 'configs/voc20').glob('pipeline_*.py') if '_strokes' not in path.read_text()))
def test_the_pipelines_of_voc20_can_start(name, voc20, tmp_path, monkeypatch):
    monkeypatch.setenv('MMWSSS_VOC20', str(voc20))
    check_inputs(read_plan(str(REPO / 'configs/voc20' / name), str(tmp_path)))
