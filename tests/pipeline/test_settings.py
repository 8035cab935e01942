"""Settings that no stage could use are refused before the first begins."""
import pytest

from mmwsss.pipeline.settings import check_settings, fill_places
from mmwsss.utils.errors import InputError

NETWORKS = dict(classifier='c.py', irnet='i.py', segmentor='s.py')


def test_defaults():
    found = check_settings(NETWORKS, 'p.py')
    assert found == dict(NETWORKS, ir_label_thr=(0.30, 0.05), pseudo_label_thr=0.25, pseudo_label_crf=False, crf=False,
                         network_options={})


@pytest.mark.parametrize('given', [
    dict(ir_label_thr='auto', pseudo_label_thr='best'), dict(ir_label_thr=[0.5, 0.5], pseudo_label_thr=0),
    dict(pseudo_label_crf=dict(steps=5, bilateral_sxy=20), crf=True),
    dict(network_options=dict(segmentor={'load_from': '{irnet}', 'x': [1, 2]}, irnet={'load_from': '{classifier}'}))])
def test_what_fits(given):
    found = check_settings({**NETWORKS, **given}, 'p.py')
    assert {key: found[key] for key in given} == given


@pytest.mark.parametrize('given, named', [
    (dict(classifier=5), r'classifier=5 does not fit\. Give the path'),
    (dict(segmentor=None), 'segmentor=None does not fit'),
    (dict(ir_label_thr=0.3), 'ir_label_thr=0.3 does not fit'),
    (dict(ir_label_thr='Auto'), "ir_label_thr='Auto' does not fit"),
    (dict(ir_label_thr=(0.05, 0.3)), 'background <= foreground'),
    (dict(ir_label_thr=(0.3, 0.2, 0.1)), 'does not fit'),
    (dict(pseudo_label_thr='bset'), "pseudo_label_thr='bset'"),
    (dict(pseudo_label_thr=25), 'pseudo_label_thr=25'),
    (dict(pseudo_label_thr=True), 'pseudo_label_thr=True'),
    (dict(pseudo_label_crf='yes'), 'True, False or a dict of gt_prob, steps'),
    (dict(pseudo_label_crf=dict(foo=3)), 'pseudo_label_crf'),
    (dict(crf=1), 'crf=1'),
    (dict(network_options=[1]), 'a dict of dicts'),
    (dict(network_options=dict(irnett={})), 'names irnett, but the networks are classifier, irnet, segmentor'),
    (dict(network_options=dict(irnet={'norm_cfg': dict(type='BN')})), 'cannot be given on a command line'),
    (dict(network_options=dict(irnet={'load_from': '{segmentor}'})), 'load_from of irnet names the checkpoint of segm'),
    (dict(network_options=dict(classifier={'load_from': '{classifier}'})), 'Name one of no network'),
    (dict(threshold=1), r"unknown settings \['threshold'\]")])
def test_what_does_not(given, named):
    with pytest.raises(InputError, match=named):
        check_settings({**NETWORKS, **given}, 'p.py')


def test_places():
    assert fill_places('{classifier} {other} {', dict(classifier='a/{b}.pth')) == 'a/{b}.pth {other} {'
    assert fill_places(3, dict(classifier='x')) == 3
