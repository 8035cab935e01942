"""The folded copy gives the backbone's results."""
import pytest
import torch
from mmengine.hooks import EMAHook
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


def test_a_network_for_images_of_one_size_is_kept():
    class Fixed(nn.Sequential):
        def forward(self, images):
            assert images.shape[2:] == (32, 32)
            return super().forward(images)

    backbone, images = Fixed(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4)).eval(), torch.randn(2, 3, 32, 32)
    assert torch.equal(fast_copy(backbone)(images), backbone(images))


@pytest.fixture
def runner():
    class Runner:
        model = nn.Module()

    Runner.model.backbone = build(dict(type='ResNet', depth=18, base_channels=8, stem_channels=8))
    return Runner


def test_the_backbone_stays_in_its_place(runner):
    backbone, images = runner.model.backbone, torch.randn(1, 3, 64, 64)
    names = list(runner.model.state_dict())
    plain = backbone(images)[-1]
    hook = FastInferenceHook()
    hook.before_test_iter(runner, 0)
    assert runner.model.backbone is backbone and list(runner.model.state_dict()) == names
    with torch.no_grad():
        backbone.conv1.weight.zero_()  # the copy computes
        assert torch.allclose(backbone(images)[-1], plain, atol=1e-4)
        hook.before_test_iter(runner, 1)
        assert torch.allclose(backbone(images)[-1], plain, atol=1e-4)
    hook.after_test_epoch(runner)
    assert not torch.allclose(backbone(images)[-1], plain, atol=1e-4) and 'forward' not in vars(backbone)
    hook.before_test_iter(runner, 0)  # a second test has the weights of then
    assert not torch.allclose(backbone(images)[-1], plain, atol=1e-4)


@pytest.mark.parametrize('update_buffers', [False, True])
def test_beside_averaged_weights(runner, update_buffers):
    """EMAHook exchanges the parameters around a test; the copy must be of those that are tested."""
    runner.model.eval()
    ema = EMAHook(update_buffers=update_buffers)
    ema.before_run(runner)
    images, backbone = torch.randn(1, 3, 64, 64), runner.model.backbone
    averaged = backbone(images)[-1].detach()
    with torch.no_grad():
        for weight in backbone.parameters():
            weight.mul_(1.1)
    own = backbone(images)[-1].detach()
    hook = FastInferenceHook()
    for one in (hook, ema):  # in either order
        one.before_test(runner)
        one.before_test_epoch(runner)
    hook.before_test_iter(runner, 0)
    with torch.no_grad():
        assert torch.allclose(backbone(images)[-1], averaged, atol=1e-4)
    for one in (ema, hook):
        one.after_test_epoch(runner)
        one.after_test(runner)
    assert torch.allclose(backbone(images)[-1], own, atol=1e-4)


def test_the_network_inside_of_test_time_augmentation():
    class Runner:
        model = SegTTAModel(module=build(dict(
            type='EncoderDecoder', backbone=dict(type='ResNet', depth=18, base_channels=8, stem_channels=8),
            decode_head=dict(type='FCNHead', in_channels=64, in_index=3, channels=8, num_classes=2),
            test_cfg=dict(mode='whole'))))

    backbone = Runner.model.module.backbone
    hook = FastInferenceHook()
    hook.before_test_iter(Runner, 0)
    assert 'forward' in vars(backbone) and not hasattr(Runner.model, 'backbone')
    hook.after_test_epoch(Runner)
    assert 'forward' not in vars(backbone)
