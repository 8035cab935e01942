"""The folded copy gives the backbone's results."""
import pytest
import torch
from mmengine.registry import init_default_scope
from mmseg.models.segmentors import SegTTAModel
from mmseg.registry import MODELS
from torch import nn

import mmwsss.models  # noqa: F401
from mmwsss.engine.hooks.fast_inference_hook import FastInferenceHook, fast_copy


def build(cfg):
    init_default_scope('mmseg')
    backbone = MODELS.build(cfg)
    backbone.eval()
    for module in backbone.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.2)
            module.running_var.uniform_(0.5, 2)
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.normal_(0, 0.2)
    return backbone


@pytest.mark.parametrize('cfg', [
    dict(type='ResNet', depth=18, strides=(1, 2, 2, 1), dilations=(1, 1, 1, 1)),
    dict(type='FrozenTIMMBackbone', model_name='tf_efficientnet_lite0', output_stride=16),
    dict(type='mmpretrain.ConvNeXt', arch='atto', out_indices=(3, ), gap_before_final_norm=False),
])
def test_same_features(cfg):
    backbone = build(cfg)
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    images = torch.randn(2, 3, 96, 64)
    with torch.no_grad():
        wanted = backbone(images)
        for one, other in zip(wanted, fast_copy(backbone)(images), strict=True):
            assert (one - other).abs().max() <= 1e-4 * one.abs().max()
    assert all(torch.equal(before[name], value) for name, value in backbone.state_dict().items())


def test_resnet_is_folded_and_timm_is_not():
    # timm's norms hold the activation too, which folding would lose.
    folded = fast_copy(build(dict(type='ResNet', depth=18)))
    assert not [m for m in folded.modules() if isinstance(m, nn.BatchNorm2d)]
    kept = fast_copy(build(dict(type='FrozenTIMMBackbone', model_name='tf_efficientnet_lite0')))
    assert [m for m in kept.modules() if isinstance(m, nn.BatchNorm2d)]
    assert kept.timm_model.conv_stem.weight.is_contiguous(memory_format=torch.channels_last)


def test_the_original_returns():
    class Runner:
        model = nn.Module()

    backbone = build(dict(type='ResNet', depth=18))
    Runner.model.backbone = backbone
    hook = FastInferenceHook()
    hook.before_test(Runner)
    assert Runner.model.backbone is not backbone
    hook.after_test(Runner)
    assert Runner.model.backbone is backbone


def test_the_network_inside_of_test_time_augmentation():
    class Runner:
        model = SegTTAModel(module=build(dict(
            type='EncoderDecoder', backbone=dict(type='ResNet', depth=18, base_channels=8, stem_channels=8),
            decode_head=dict(type='FCNHead', in_channels=64, in_index=3, channels=8, num_classes=2),
            test_cfg=dict(mode='whole'))))

    network = Runner.model.module
    backbone = network.backbone
    hook = FastInferenceHook()
    hook.before_test(Runner)
    assert network.backbone is not backbone and not hasattr(Runner.model, 'backbone')
    hook.after_test(Runner)
    assert network.backbone is backbone
