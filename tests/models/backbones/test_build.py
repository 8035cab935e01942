"""Levels that a backbone does not have."""
import pytest
from message_names import message_names
from mmengine.registry import init_default_scope

from mmwsss.models.backbones.build import build_backbone
from mmwsss.utils.errors import InputError

RESNET = dict(type='ResNet', depth=18, stem_channels=8, base_channels=8)
TIMM = dict(type='FrozenTIMMBackbone', model_name='tf_efficientnet_lite0', features_only=True)


@pytest.fixture(autouse=True)
def _scope():
    init_default_scope('mmseg')


@pytest.mark.parametrize('config', [
    dict(RESNET, out_indices=(1, 4)), dict(RESNET, type='ResNetWithStem', out_indices=(1, 4)),
    dict(TIMM, out_indices=(1, 9)), dict(type='ResNet38', out_indices=(1, 9))])
def test_levels_that_it_does_not_have_are_named(config):
    with pytest.raises(InputError, match=message_names('out_indices', config['out_indices'][1])):
        build_backbone(config)


def test_levels_that_it_has():
    assert build_backbone(dict(RESNET, out_indices=(1, 3))).out_indices == (1, 3)


@pytest.mark.parametrize('levels', [dict(), dict(out_indices=(0, 1))])
def test_errors_of_other_settings_pass(levels):
    with pytest.raises(AssertionError):
        build_backbone(dict(RESNET, strides=(1, 2), **levels))
