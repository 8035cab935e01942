"""The lists of stages that recipes return."""
import json
import re

import pytest
from message_names import message_names
from run_tool import run_process
from tiny_pipeline import write_tiny_pipeline

from mmwsss.pipeline.recipes import affinitynet, amn, bes, boxes, cues, irn, lpcam, points, sccam, scribbles
from mmwsss.utils.errors import InputError


def names(stages):
    return [stage['name'] for stage in stages]


def by_name(stages):
    return {stage['name']: stage for stage in stages}


def test_sccam():
    stages = sccam('a.py', 'b.py', rounds=3, k=4, epochs=(31, 41, 51), network_options={
        'sub_classifier': {'randomness.seed': 1}})
    assert names(stages) == ['classifier', 'sub_categories_1', 'round_1', 'sub_categories_2', 'round_2',
                             'sub_categories_3', 'round_3', 'cams', 'cam_quality', 'report']
    found = by_name(stages)
    for index, before in ((1, 'classifier'), (2, 'round_1'), (3, 'round_2')):
        clusters, training = found[f'sub_categories_{index}'], found[f'round_{index}']
        assert clusters['network'] == before and clusters['k'] == 4
        assert training['config'] == 'b.py' and training['options'] == {
            'randomness.seed': 1, 'train_dataloader.dataset.sub_category_file': f'{{sub_categories_{index}}}',
            'model.head.sub_categories': 4, 'train_cfg.max_epochs': 21 + 10 * index}
    assert found['cams']['network'] == 'round_3'
    assert 'train_cfg.max_epochs' not in by_name(sccam('a.py', 'b.py', rounds=1))['round_1']['options']


@pytest.mark.parametrize(('settings', 'named'), [
    (dict(rounds=0), 'rounds=0'), (dict(rounds=2, epochs=(3, )), 2), (dict(network_options=dict(irnet={})), 'irnet')])
def test_sccam_with_bad_settings(settings, named):
    with pytest.raises(InputError, match=message_names(named)):
        sccam('a.py', 'b.py', **settings)


def test_cues():
    found = by_name(cues('a.py', 'b.py', dict(fg_thr=0.3), crf=dict(type='PAR')))
    assert list(found) == ['classifier', 'cams', 'cam_quality', 'cues', 'segmentor', 'evaluation', 'crf', 'report']
    assert found['cams']['images_of'] == found['cues']['config'] == 'segmentor'
    assert found['segmentor']['labels'] == 'cues' and found['segmentor']['config'] == 'b.py'
    assert found['cues']['settings'] == dict(fg_thr=0.3) and found['crf']['refine'] == dict(type='PAR')
    assert names(cues('a.py', 'b.py', masks=False)) == ['classifier', 'cams', 'cam_quality', 'cues', 'segmentor',
                                                        'report']
    with pytest.raises(InputError, match=message_names('irnet', 'segmentor')):
        cues('a.py', 'b.py', network_options=dict(irnet={}))
    with pytest.raises(InputError, match=message_names('masks', 'crf')):
        cues('a.py', 'b.py', masks=False, crf=True)


def test_cues_with_a_second_segmentor():
    refine = dict(type='PAR')
    stages = cues('a.py', 'b.py', crf=True, second_segmentor='c.py', mask_settings=dict(tta=True, refine=refine),
                  network_options=dict(second_segmentor={'x': 1}))
    assert names(stages) == ['classifier', 'cams', 'cam_quality', 'cues', 'segmentor', 'evaluation', 'crf', 'masks',
                             'mask_quality', 'second_segmentor', 'second_evaluation', 'second_crf', 'report']
    found = by_name(stages)
    assert found['masks'] == dict(type='Masks', name='masks', network='segmentor', images_of='second_segmentor',
                                  tta=True, refine=refine)
    assert found['second_segmentor']['labels'] == 'masks' and found['second_segmentor']['config'] == 'c.py'
    assert found['second_segmentor']['options'] == {'load_from': '{segmentor}', 'x': 1}
    assert found['second_evaluation']['network'] == found['second_crf']['network'] == 'second_segmentor'
    assert names(cues('a.py', 'b.py', masks=False, second_segmentor='c.py'))[4:] == ['segmentor', 'masks',
                                                                                   'second_segmentor', 'report']
    assert [stage.get('show') for stage in stages if stage['type'] == 'Training'] == [False, False, None]
    assert by_name(cues('a.py', 'b.py'))['segmentor']['show']
    for wrong, named in ((dict(name='x'), 'name'), (True, 'True')):
        with pytest.raises(InputError, match=message_names('mask_settings', named, 'tta', 'refine')):
            cues('a.py', 'b.py', second_segmentor='c.py', mask_settings=wrong)
    with pytest.raises(InputError, match=message_names('mask_settings', 'second_segmentor')):
        cues('a.py', 'b.py', mask_settings=dict(tta=True))
    with pytest.raises(InputError, match=message_names('second_segmentor', 'segmentor')):
        cues('a.py', 'b.py', network_options=dict(second_segmentor={}))


def test_bes_is_irns_list_with_its_own_network_and_thresholds():
    found, reference = by_name(bes('a.py', 'b.py', 'c.py', crf=True)), irn('a.py', 'b.py', 'c.py', crf=True)
    assert len(found) == len(reference) == 13
    assert [stage['type'] for stage in found.values()] == [stage['type'] for stage in reference]
    assert found['confident_labels']['thresholds'] == (0.30, 0.07)
    assert found['boundary']['config'] == 'b.py' and found['boundary']['labels'] == 'confident_labels'
    assert found['pseudo_labels']['network'] == 'boundary' and found['pseudo_labels']['images_of'] == 'segmentor'
    assert by_name(bes('a.py', 'b.py', pseudo_label_crf=dict(bilateral_sxy=20)))['pseudo_labels']['refine'] == dict(
        type='DenseCRF', bilateral_sxy=20)
    with pytest.raises(InputError, match=message_names('irnet', 'boundary')):
        bes('a.py', 'b.py', network_options=dict(irnet={}))


def test_amn_makes_the_cams_that_irnet_refines():
    stages = amn('a.py', 'b.py', 'c.py', 'd.py', seed_label_thr='auto', crf=True, network_options=dict(
        classifier={'x': 1}, amn={'y': 2}, irnet={'z': 3}))
    assert names(stages) == [
        'classifier', 'seed_cams', 'seed_cam_quality', 'seed_labels', 'amn', 'cams', 'cam_quality', 'ir_labels',
        'ir_label_quality', 'irnet', 'walk', 'pseudo_labels', 'pseudo_label_quality', 'segmentor', 'evaluation', 'crf',
        'report'] and len(amn('a.py', 'b.py', 'c.py')) == 14
    found = by_name(stages)
    assert found['seed_cams']['images_of'] == 'amn' and found['seed_labels']['thresholds'] == 'seed_cam_quality'
    assert found['amn']['labels'] == 'seed_labels' and found['amn']['config'] == 'b.py'
    assert found['cams']['network'] == 'amn' and found['ir_labels']['thresholds'] == (0.45, 0.15)
    assert [found[name]['options'] for name in ('classifier', 'amn', 'irnet')] == [{'x': 1}, {'y': 2}, {'z': 3}]
    with pytest.raises(InputError, match=message_names('boundary', 'amn, irnet')):
        amn('a.py', 'b.py', 'c.py', network_options=dict(boundary={}))


def test_lpcam_makes_the_cams_that_irnet_refines():
    stages = lpcam('a.py', 'b.py', 'c.py', 'd.py', prototypes=dict(pixels=5), network_options=dict(
        classifier={'x': 1}))
    reference = irn('a.py', 'c.py', 'd.py')
    assert names(stages) == ['classifier', 'lpcam', *names(reference)[1:]]
    found = by_name(stages)
    assert found['lpcam'] == dict(type='Prototypes', name='lpcam', network='classifier', config='b.py', pixels=5)
    assert found['cams']['network'] == 'lpcam' and found['classifier']['options'] == {'x': 1}
    with pytest.raises(InputError, match=message_names('lpcam', 'classifier, irnet')):  # nothing to train
        lpcam('a.py', 'b.py', 'c.py', network_options=dict(lpcam={}))


@pytest.mark.parametrize('recipe, labels', [(irn, 'ir_labels'), (bes, 'confident_labels'), (affinitynet, 'scores')])
def test_without_masks(recipe, labels):
    stages = recipe('a.py', 'b.py', 'c.py', pseudo_label_thr='auto', masks=False)
    assert names(stages) == ['classifier', 'cams', 'cam_quality', labels, names(stages)[4], 'walk', 'pseudo_labels',
                             'segmentor', 'report']
    assert by_name(stages)['pseudo_labels']['threshold'] == 'walk.auto_thr'
    assert len(recipe('a.py', 'b.py', masks=False)) == 8
    for settings in (dict(pseudo_label_thr='best'), dict(crf=True)):
        with pytest.raises(InputError, match=message_names('masks=False', 'auto')):
            recipe('a.py', 'b.py', 'c.py', masks=False, **settings)


def test_powers_of_the_background_from_the_label_free_threshold():
    own = dict(affinitynet={'model.test_cfg.beta': 4})
    found = by_name(affinitynet('a.py', 'b.py', alphas='auto', network_options=own))
    assert found['scores']['alphas'] == 'cam_quality' and found['cam_quality']['cams'] == 'cams'
    assert found['affinitynet']['options'] == {'model.test_cfg.alpha': '{scores.alpha}', 'model.test_cfg.beta': 4}
    assert own == dict(affinitynet={'model.test_cfg.beta': 4})
    own['affinitynet']['model.test_cfg.alpha'] = 16
    assert by_name(affinitynet('a.py', 'b.py', alphas='auto', network_options=own))['affinitynet'] == dict(
        found['affinitynet'], options=own['affinitynet'])
    found = by_name(affinitynet('a.py', 'b.py', alphas=(4, 24)))
    assert found['scores']['alphas'] == (4, 24) and found['affinitynet']['options'] == {}


@pytest.mark.parametrize(('recipe', 'settings', 'wanted'), [
    (scribbles, dict(width=5), dict(width=5)), (points, dict(), dict(width=3)),
    (boxes, dict(refine=dict(type='PAMR')), dict(method='grabcut', refine=dict(type='PAMR')))])
def test_strokes(recipe, settings, wanted):
    kind = recipe.__name__
    stages = recipe('there', 'c.py', crf=True, network_options=dict(segmentor={'randomness.seed': 1}), **settings)
    assert names(stages) == ['pseudo_labels', 'segmentor', 'evaluation', 'crf', 'report']
    found = by_name(stages)
    assert found['pseudo_labels'] == dict(type='StrokeLabels', name='pseudo_labels', kind=kind, source='there',
                                          config='segmentor', settings=wanted)
    assert found['segmentor']['labels'] == 'pseudo_labels' and found['segmentor']['options'] == {'randomness.seed': 1}
    assert names(recipe('there', 'c.py')) == ['pseudo_labels', 'segmentor', 'evaluation', 'report']
    with pytest.raises(InputError, match=message_names('classifier', 'segmentor')):
        recipe('there', 'c.py', network_options=dict(classifier={}))


def test_sccam_runs_on_tiny_images(tmp_path):
    write_tiny_pipeline(tmp_path)
    (tmp_path / 'sccam.py').write_text("recipe = 'sccam'\nclassifier = 'classifier.py'\n"
                                       "sub_classifier = 'sub_classifier.py'\nrounds, k, epochs = 1, 2, (1, )\n")
    done = run_process('run_pipeline.py', 'sccam.py', '--work-dir', 'w', cwd=tmp_path)
    assert done.status == 0, done.err[-3000:]
    rows = {row['stage']: row for row in json.loads((tmp_path / 'w' / 'table.json').read_text())}
    assert rows['sub_categories_1']['metrics'] == dict(images=6, sub_categories=12)
    assert (tmp_path / 'w' / 'round_1' / 'epoch_1.pth').is_file()
    assert 'loss_sub_category' in (tmp_path / 'w' / 'logs' / 'round_1.log').read_text()
    assert len(list((tmp_path / 'w' / 'cams').glob('*.npz'))) == 6 and rows['cam_quality']['metrics']['mIoU'] >= 0
    again = run_process('run_pipeline.py', 'sccam.py', '--work-dir', 'w', cwd=tmp_path)
    assert again.status == 0 and 'starts' not in again.out


@pytest.mark.parametrize('stages', [
    irn('a.py', 'b.py', 'c.py'), bes('a.py', 'b.py', 'c.py'), amn('a.py', 'b.py', 'c.py', 'd.py'),
    lpcam('a.py', 'b.py', 'c.py', 'd.py'), affinitynet('a.py', 'b.py', 'c.py'), sccam('a.py', 'b.py'),
    cues('a.py', 'b.py', second_segmentor='c.py'), scribbles('strokes', 'a.py')])
def test_the_options_of_a_network_reach_all_stages_that_read_it(stages):
    for stage in stages:
        for key in {'network', 'config', 'images_of'} & set(stage):
            if stage['type'] not in ('Training', 'Prototypes') or key != 'config':
                assert stage[key] in names(stages), stage['name']  # a path would stand for the config without options


@pytest.mark.parametrize('stages', [
    recipe(*'abcd'[:count], crf=dict(type='DenseCRF', max_size=1024))
    for recipe, count in ((irn, 3), (bes, 3), (amn, 4), (lpcam, 4), (affinitynet, 3), (cues, 2), (scribbles, 2))])
def test_the_settings_of_the_last_crf_arrive(stages):
    assert by_name(stages)['crf']['refine'] == dict(type='DenseCRF', max_size=1024)


@pytest.mark.parametrize(('recipe', 'count'), [(irn, 3), (bes, 3), (amn, 4), (lpcam, 4), (affinitynet, 3)])
def test_any_local_refinement_stands_where_a_crf_could(recipe, count):
    found = by_name(recipe(*'abcd'[:count], pseudo_label_crf=dict(type='PAMR', steps=2), crf=dict(type='PAR')))
    assert found['pseudo_labels']['refine'] == dict(type='PAMR', steps=2)
    assert found['crf']['refine'] == dict(type='PAR') and found['crf']['bars'] == 'Segmentor, PAR'
    assert 'PAR' in found['crf']['title'] and 'CRF' not in found['crf']['title']
    found = by_name(recipe(*'abcd'[:count], pseudo_label_crf=True, crf=True))
    assert found['pseudo_labels']['refine'] == dict(type='DenseCRF') and found['crf']['bars'] == 'Segmentor, CRF'


@pytest.mark.parametrize('recipe, networks', [(affinitynet, 2), (amn, 3), (bes, 2), (irn, 2), (lpcam, 3)])
def test_the_numbers_of_stages_are_those_of_the_docstring(recipe, networks):
    def lengths(masks):
        kinds = [(), ('segmentor.py', )]
        return [len(recipe(*['a.py'] * networks, *segmentor, crf=crf, masks=masks, pseudo_label_thr=0.5))
                for segmentor in kinds for crf in ((False, True) if masks else (False, ))]

    told = re.search(r'settings of (\d+) to (\d+) stages; without masks, of (\d+) or (\d+)', recipe.__doc__).groups()
    found = lengths(True), lengths(False)
    assert tuple(map(int, told)) == tuple(bound for group in found for bound in (min(group), max(group)))
