"""Levels that a backbone does not have are named when a model is built."""
import pytest
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO

from mmwsss.utils.errors import InputError

CLASSIFIERS = ('cam', 'vwe', 'vwl_m', 'sccam', 'recam', 'lpcam', 'amn', 'bes')


def build(name, options):
    init_default_scope('mmseg')
    cfg = Config.fromfile(REPO / f'configs/mini/{name}_r18_mini.py')
    cfg.merge_from_dict(options)
    return MODELS.build(cfg.model)


@pytest.mark.parametrize('name', CLASSIFIERS)
def test_the_last_level_has_other_channels(name):
    with pytest.raises(InputError, match=message_names('in_channels=256', '64 channels', 'out_indices')):
        build(name, {'model.backbone.out_indices': (1, )})


@pytest.mark.parametrize('name, options, named', [
    ('seam', {'model.backbone.out_indices': (3, )}, ['mid_levels', '1 levels']),
    ('onestage', {'model.backbone.out_indices': (3, )}, ['in_index=(0, 1)', '1 levels']),
    ('onestage', {'model.decode_head.in_channels': (32, 9)}, ['in_channels=(32, 9)', '(32, 256)']),
    ('affinitynet', {'model.backbone.out_indices': (3, )}, ['(64, 128, 256)', '(256,)'])])
def test_several_levels(name, options, named):
    with pytest.raises(InputError, match=message_names(*named)):
        build(name, options)
