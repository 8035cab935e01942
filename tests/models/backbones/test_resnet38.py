"""ResNet38 against tensors recorded from the authors' program, with the rule's weights."""
import json

import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO
from weights_rule import tensor_by_name

from mmwsss.convert import convert_resnet38_cls
from mmwsss.models import ResNet38
from mmwsss.utils.errors import InputError


@pytest.fixture(scope='module')
def names():
    return {**json.loads((REPO / 'tests/data/resnet38_names.json').read_text()), 'fc8.weight': [20, 4096, 1, 1]}


@pytest.fixture(scope='module')
def model(names):
    init_default_scope('mmseg')
    model = MODELS.build(dict(
        type='CAMClassifier', backbone=dict(type='ResNet38'), neck=dict(type='mmpretrain.GlobalAveragePooling'),
        head=dict(type='CAMHead', num_classes=20, in_channels=4096)))
    model.load_state_dict(convert_resnet38_cls({name: tensor_by_name(name, shape, 7)
                                                for name, shape in names.items()}))
    return model


@torch.no_grad()
def test_golden(model, golden):
    data = golden('resnet38')
    features = model.eval().extract_feat(torch.from_numpy(data['img']).float())
    for name, level in zip(('conv4', 'conv5', 'conv6'), features.levels, strict=True):
        np.testing.assert_allclose(level[:, :8], data[name], atol=2e-5)  # values up to 5.6
        np.testing.assert_allclose(level.norm(), data[f'{name}_norm'], rtol=1e-5)
    np.testing.assert_allclose(model.head.logits(features), data['logits'], atol=1e-5)
    np.testing.assert_allclose(model.head.cam(features), data['cam'], atol=1e-5)


@torch.no_grad()
def test_the_shallow_level(model):
    """What leaves b3 comes in front of the other levels."""
    backbone, image, seen = model.eval().backbone, torch.randn(1, 3, 32, 40), {}
    wanted = backbone(image)
    hook = backbone.b4.register_forward_hook(lambda _, args, __: seen.update(before=args[0]))
    backbone.shallow = True
    levels = backbone(image)
    backbone.shallow = False
    hook.remove()
    assert levels[0].shape == (1, 256, 8, 10) and torch.equal(levels[0], seen['before'])
    assert levels[0].min() < 0  # before norm and ReLU
    for one, other in zip(levels[1:], wanted, strict=True):
        torch.testing.assert_close(one, other)


def test_golden_what_learns(model, names, golden):
    own = {f'backbone.{name}': name for name in names} | {'head.classifier.weight': 'fc8.weight'}
    learns = {own[name]: parameter.requires_grad for name, parameter in model.named_parameters()}
    buffers = ('running_mean', 'running_var', 'num_batches_tracked')
    assert [learns[name] for name in names if not name.endswith(buffers)] == golden('resnet38')['learns'].tolist()


@torch.no_grad()
def test_norms_stay_and_drop_out_is_active_in_training(model, golden):
    image = torch.from_numpy(golden('resnet38')['img'][..., :16, :16]).float()
    before = model.backbone.bn7.running_mean.clone()
    plain, train = model.eval().backbone(image), model.train().backbone(image)
    assert torch.equal(before, model.backbone.bn7.running_mean)
    for index in (0, 1):
        torch.testing.assert_close(plain[index], train[index])  # before b6 nothing is random
    assert not torch.allclose(plain[2], train[2])


def test_levels_of_out_indices():
    with torch.device('meta'):
        image = torch.empty(1, 3, 65, 80)
        for indices, channels in (((0, ), [512]), ((1, 2), [1024, 4096]), ((2, ), [4096])):
            levels = ResNet38(out_indices=indices)(image)
            assert [tuple(level.shape) for level in levels] == [(1, size, 9, 10) for size in channels]
    for wrong in ((), (3, ), (1, 0), (0, 0)):
        with pytest.raises(InputError, match=message_names('out_indices', wrong)):
            ResNet38(out_indices=wrong)
