"""Released checkpoints on ResNet38: SEAM, classifiers, ImageNet weights of MXNet and PyTorch."""
import json
import re

import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from mxnet_file import write_params

from mmwsss.convert import convert_resnet38_cls, convert_resnet38_imagenet, convert_seam
from mmwsss.convert.checkpoint import convert_file
from mmwsss.models import ResNet38
from mmwsss.utils.errors import InputError

HEAD = {'fc8.weight': [21, 4096, 1, 1], 'f8_3.weight': [64, 512, 1, 1], 'f8_4.weight': [128, 1024, 1, 1],
        'f9.weight': [192, 195, 1, 1]}


@pytest.fixture(scope='module')
def backbone(repo):
    """ResNet38's tensors by the release's names; each has its own constant value, so that little memory is used."""
    shapes = json.loads((repo / 'tests/data/resnet38_names.json').read_text())
    return {name: torch.tensor(float(index)).expand(shape) for index, (name, shape) in enumerate(shapes.items())}


@pytest.fixture(scope='module')
def released(backbone):
    return {**backbone, **{name: torch.tensor(1000.0 + index).expand(shape)
                           for index, (name, shape) in enumerate(HEAD.items())}}


def without_counters(state):
    return {name: value for name, value in state.items() if not name.endswith('num_batches_tracked')}


@pytest.mark.parametrize('counters', [True, False])
def test_seam_loads_strictly_and_keeps_every_value(repo, released, counters):
    init_default_scope('mmseg')
    cfg = Config.fromfile(repo / 'configs/seam_r38_voc.py')
    cfg.model.backbone.init_cfg = None
    model = MODELS.build(cfg.model)
    model.load_state_dict(convert_seam(released if counters else without_counters(released)), strict=True)
    state = model.state_dict()
    for ours, theirs in {'backbone.b5_2.conv_branch2a.weight': 'b5_2.conv_branch2a.weight',
                         'backbone.b7.bn_branch2b2.running_var': 'b7.bn_branch2b2.running_var',
                         'head.classifier.weight': 'fc8.weight', 'head.correlation.reduce.0.weight': 'f8_3.weight',
                         'head.correlation.reduce.1.weight': 'f8_4.weight',
                         'head.correlation.embed.weight': 'f9.weight'}.items():
        assert (state[ours] == released[theirs]).all() and state[ours].shape == released[theirs].shape


def test_a_classifier_loads_strictly(backbone):
    init_default_scope('mmseg')
    state = {f'module.{name}': value for name, value in backbone.items()}
    state['module.fc8.weight'] = torch.tensor(5.0).expand(20, 4096, 1, 1)
    with torch.device('meta'):
        model = MODELS.build(dict(
            type='CAMClassifier', backbone=dict(type='ResNet38', out_indices=(2, )),
            neck=dict(type='mmpretrain.GlobalAveragePooling'), head=dict(type='CAMHead', in_channels=4096)))
    converted = convert_resnet38_cls(state)
    model.load_state_dict(converted, strict=True, assign=True)
    assert (converted['head.classifier.weight'] == 5).all()
    assert set(convert_resnet38_cls(without_counters(state))) == {
        name for name in converted if not name.endswith('num_batches_tracked')}


@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_a_round_of_sccam_loads_strictly(repo, backbone, prefix):
    init_default_scope('mmseg')
    cfg = Config.fromfile(repo / 'configs/sccam_r38_voc.py')
    cfg.model.update(data_preprocessor=None)
    with torch.device('meta'):
        model = MODELS.build(cfg.model)
    heads = {'fc8_20.weight': torch.tensor(5.0).expand(20, 4096, 1, 1),
             'fc8_200.weight': torch.tensor(6.0).expand(200, 4096, 1, 1)}
    released = {f'{prefix}{name}': value for name, value in {**backbone, **heads}.items()}
    model.load_state_dict(convert_resnet38_cls(released), strict=True, assign=True)
    assert (model.head.classifier.weight == 5).all() and (model.head.sub_classifier.weight == 6).all()
    assert (model.backbone.bn7.running_var == backbone['bn7.running_var']).all()
    del released[f'{prefix}fc8_20.weight']
    with pytest.raises(InputError, match=message_names('SC-CAM', 'fc8_20.weight')):
        convert_resnet38_cls(released)


def mxnet_name(name):
    """`b3_1.conv_branch2a.weight` -> `arg:res3b1_branch2a_weight`, as the authors of ResNet38 call it."""
    layer, field = name.rsplit('.', 1)
    kind = 'aux' if field.startswith('running') else 'arg'
    if layer.startswith('b') and '.' in layer:
        block, part = layer.split('.')
        stage, _, number = block[1:].partition('_')
        layer = ('res' if part.startswith('conv') else 'bn') + stage + (f'b{number}' if number else 'a')
        layer += '_' + part.partition('_')[2]
    if 'bn' in layer:
        field = dict(weight='gamma', bias='beta', running_mean='moving_mean', running_var='moving_var')[field]
    return f'{kind}:{layer}_{field}'


def test_imagenet_weights(backbone, tmp_path):
    plain = without_counters(backbone)
    theirs = {mxnet_name(name): value for name, value in plain.items()}
    assert {'arg:conv1a_weight', 'arg:bn2a_branch2a_gamma', 'aux:bn4b5_branch2b1_moving_var',
            'arg:res6a_branch2b2_weight', 'arg:res5a_branch1_weight', 'arg:bn7_beta'} <= set(theirs)
    top = {'arg:linear1000_weight': torch.zeros(1000, 4096), 'arg:linear1000_bias': torch.zeros(1000)}
    converted = convert_resnet38_imagenet({**theirs, **top})
    assert set(converted) == set(plain) and all(converted[name] is plain[name] for name in plain)
    with torch.device('meta'):
        network = ResNet38()
    network.load_state_dict(converted, strict=True, assign=True)
    # weights that PyTorch saved
    assert set(convert_resnet38_imagenet(backbone)) == set(backbone)


def test_as_files(backbone, released, tmp_path):
    """Values of one element a tensor; only names matter here."""
    small = {name: value.flatten()[:1].clone() for name, value in released.items()}
    torch.save(small, tmp_path / 'seam.pth')
    assert convert_file('seam', tmp_path / 'seam.pth', tmp_path / 'out.pth') == len(small)
    params = {mxnet_name(name): value.flatten()[:1] for name, value in without_counters(backbone).items()}
    write_params(tmp_path / 'imagenet.params', params, 0)
    assert convert_file('resnet38_imagenet', tmp_path / 'imagenet.params', tmp_path / 'imagenet.pth') == len(params)
    state = torch.load(tmp_path / 'imagenet.pth', weights_only=True)['state_dict']
    assert state['b4_5.bn_branch2a.running_var'] == backbone['b4_5.bn_branch2a.running_var'].flatten()[0]
    with pytest.raises(InputError, match=message_names('imagenet.params', 'SEAM', 'b2.conv_branch1.weight')):
        convert_file('seam', tmp_path / 'imagenet.params', tmp_path / 'none.pth')


@pytest.mark.parametrize('convert', [convert_seam, convert_resnet38_cls, convert_resnet38_imagenet])
def test_wrong_checkpoints_are_refused_with_the_list(convert, released):
    with pytest.raises(InputError, match=message_names('b6.conv_branch2b1.weight', 'decoder.weight')) as raised:
        convert({**{name: value for name, value in released.items() if name != 'b6.conv_branch2b1.weight'},
                 'decoder.weight': torch.zeros(1)})
    assert re.search(r'\(1\).*b6\.conv', str(raised.value)) or convert is convert_resnet38_cls
