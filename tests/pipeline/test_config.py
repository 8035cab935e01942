"""What a pipeline's config may hold, and which plan it gives."""
import pytest
from tiny_pipeline import write_tiny_pipeline

from mmwsss.pipeline import read_plan
from mmwsss.utils.errors import InputError

CLASSIFIER = dict(type='Training', name='classifier', config='classifier.py')
CAMS = dict(type='CAMFiles', name='cams', network='classifier')
CURVE = dict(type='CAMCurve', name='cam_quality', cams='cams', config='classifier.py')
SCORES = dict(type='AffinityScores', name='scores', cams='cams', config='irnet.py')


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return write_tiny_pipeline(tmp_path)


@pytest.mark.parametrize(('old', 'new', 'named'), [
    ("irnet = 'irnet.py'", "irnet = 'nothere.py'", r'pipeline\.py.* nothere\.py.*/nothere\.py.*_base_'),
    ("irnet = 'irnet.py'", '', 'irnet'),
    ("irnet = 'irnet.py'", "irnet = 'irnet.py'\nthreshold = 3", 'threshold'),
    ("irnet = 'irnet.py'", "irnet = 'irnet.py'\nrecipe = 'nothere'", r'nothere.*irn'),
    ("irnet = 'irnet.py'", "irnet = 'irnet.py'\nrecipe = 'irn'\nthreshold = 3", r'irn.*threshold'),
    ("ir_label_thr = 'auto'", 'ir_label_thr = (0.05, 0.3)', r'ir_labels.*0\.05'),
    ("pseudo_label_thr = 'best'", "pseudo_label_thr = 'bset'", r'pseudo_labels.*bset'),
    ("pseudo_label_thr = 'best'", 'pseudo_label_thr = 25', r'pseudo_labels.*25'),
    ("pseudo_label_thr = 'best'", 'pseudo_label_thr = True', r'pseudo_labels.*True'),
    ("pseudo_label_thr = 'best'", "pseudo_label_crf = 'yes'", r'pseudo_label_crf.*yes'),
    ('irnet={', 'irnett={', 'irnett.*classifier, irnet, segmentor'),
    ("irnet = 'irnet.py'", "irnet = 'irnet.py'\ntest_options = 3", r'test_options.*3'),
    ("irnet = 'irnet.py'", "irnet = 'irnet.py'\ntest_options = {'modle.head': 3}", 'modle'),
    ("'{classifier}'", "dict(type='BN')", 'BN'),
    ("irnet={'model.backbone.init_cfg.checkpoint': '{classifier}'}", "irnet={'load_from': '{segmentor}'}",
     'irnet needs segmentor')])
def test_a_bad_config_is_named(config, old, new, named):
    assert old in config.read_text()
    config.write_text(config.read_text().replace(old, new, 1))
    with pytest.raises(InputError, match=named):
        read_plan(str(config), 'w')


@pytest.mark.parametrize(('stages', 'named'), [
    ([dict(CLASSIFIER, type='Learning')], r'Learning.*Training'),
    ([dict(name='a')], r'a: type=None.*Training'),
    ([dict(CLASSIFIER, epochs=3)], r'classifier.*epochs.*config'),
    ([dict(type='Training', name='classifier')], r"classifier.*missing \['config'\]"),
    ([CLASSIFIER, CLASSIFIER], 'several .*classifier'),
    ([dict(CLASSIFIER, options={'load_from': '{classifier}'})], 'classifier needs classifier'),
    ([dict(CLASSIFIER, name='logs')], 'logs'), ([dict(CLASSIFIER, name='a/b')], 'a/b'),
    ([dict(CLASSIFIER, name='..')], r"'\.\.'"), ([dict(CLASSIFIER, name=3)], '3'),
    ([5], 'None'), ([], 'stages'), (5, '5'),
    ([CLASSIFIER, dict(CURVE, cams='classifier', config='curve')], r'\bcurve\b'),
    ([CLASSIFIER, CAMS, dict(CURVE, config='cams')], 'cams trains no network'),
    ([CLASSIFIER, CAMS, dict(SCORES, alphas=(24, 4))], r'scores.*alphas.*24, 4'),
    ([dict(CLASSIFIER, options=[1])], r'classifier.*options.*\[1\]')])
def test_a_list_that_does_not_fit_is_named_before_anything_runs(config, tmp_path, stages, named):
    config.write_text(f'stages = {stages!r}\n')
    with pytest.raises(InputError, match=f'(?s){named}'):
        read_plan(str(config), 'w')
    assert not (tmp_path / 'w').exists()


def test_networks_of_the_package(config):
    config.write_text(config.read_text().replace("'segmentor.py'", "'mmwsss::mini/deeplabv2_r18_mini'"))
    plan = read_plan(str(config), 'w')
    assert plan.network('segmentor').path.endswith('configs/mini/deeplabv2_r18_mini.py')
    assert plan.network('irnet').path == str(config.with_name('irnet.py'))


def test_neither_stages_nor_a_recipe(config):
    config.write_text('work_dir = "w"\n')
    with pytest.raises(InputError, match=r'pipeline\.py.*stages.*recipe.*irn'):
        read_plan(str(config))
    config.write_text(f'stages = {[CLASSIFIER]!r}\ncrf = True\n')
    with pytest.raises(InputError, match=r'pipeline\.py.*stages.*crf'):
        read_plan(str(config))


def test_a_work_dir_of_the_config(config):
    config.write_text(config.read_text() + "work_dir = 'mine'\n")
    assert str(read_plan(str(config), dry=True).work_dir) == 'mine'
    assert str(read_plan(str(config), 'given', dry=True).work_dir) == 'given'


def test_a_seed_out_of_range(config):
    with pytest.raises(InputError, match='-1'):
        read_plan(str(config), 'w', seed=-1)
