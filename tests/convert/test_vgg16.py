"""Released checkpoints of AffinityNet on VGG16: every value, and what the network sees."""
import json

import pytest
import torch
import torch.nn.functional as F
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO
from weights_rule import tensor_by_name

from mmwsss.convert import convert_affinitynet, convert_vgg16_cls
from mmwsss.convert.checkpoint import convert_file
from mmwsss.utils.errors import InputError

SHAPES = json.loads((REPO / 'tests/data/vgg16_names.json').read_text())
CASES = {'vgg16_cls': (convert_vgg16_cls, 'cam_vgg16_voc.py'), 'vgg16_aff': (convert_affinitynet,
                                                                             'affinitynet_vgg16_voc.py')}
HEADS = {'vgg16_cls': {'fc8.weight': 'head.classifier.weight'},
         'vgg16_aff': {'f8_3.weight': 'head.levels.0.weight', 'f8_5.weight': 'head.levels.2.weight',
                       'gn8_3.bias': 'head.norms.0.bias', 'gn8_5.weight': 'head.norms.2.weight',
                       'f9.weight': 'head.joint.weight'}}
BACKBONE = {'conv1_1.bias': 'features.0.bias', 'conv1_2.weight': 'features.2.weight',
            'conv2_1.weight': 'features.5.weight', 'conv3_3.bias': 'features.14.bias',
            'conv4_3.weight': 'features.21.weight', 'conv5_1.weight': 'features.24.weight',
            'conv5_3.bias': 'features.28.bias', 'fc6.weight': 'fc6.weight', 'fc7.bias': 'fc7.bias'}


def released(kind):
    """A value each, which needs no memory."""
    return {name: torch.tensor(float(number)).expand(shape) for number, (name, shape) in enumerate(
        SHAPES[kind].items())}


def model_of(kind):
    init_default_scope('mmseg')
    cfg = Config.fromfile(REPO / 'configs' / CASES[kind][1]).model
    cfg.backbone.init_cfg = None
    return MODELS.build(cfg)


@pytest.mark.parametrize('prefix', ['', 'module.'])
@pytest.mark.parametrize('kind', CASES)
def test_loads_strictly_and_keeps_every_value(kind, prefix):
    theirs = released(kind)
    model = model_of(kind)
    model.load_state_dict(CASES[kind][0]({prefix + name: value for name, value in theirs.items()}), strict=True)
    state = model.state_dict()
    names = {**{name: f'backbone.{ours}' for name, ours in BACKBONE.items()}, **HEADS[kind]}
    for name, ours in names.items():
        assert (state[ours] == theirs[name]).all() and state[ours].shape == theirs[name].shape, name
    assert len(state) == len(theirs)


def test_both_see_the_same_image():
    """The release's input is BGR minus the means; the data preprocessor makes ours."""
    model = model_of('vgg16_cls')
    weight, bias = tensor_by_name('conv1_1.weight', (64, 3, 3, 3), 7), torch.arange(64.)
    model.load_state_dict(convert_vgg16_cls({**released('vgg16_cls'), 'conv1_1.weight': weight, 'conv1_1.bias': bias}))
    image = torch.randint(0, 256, (3, 9, 12), dtype=torch.uint8)  # BGR, as MMCV loads it
    expected = F.conv2d(image[None] - torch.tensor([104.008, 116.669, 122.675])[:, None, None], weight, bias, padding=1)
    inputs = model.data_preprocessor(dict(inputs=[image]))['inputs']
    torch.testing.assert_close(model.backbone.features[0](inputs), expected, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(('source', 'kind'), [('vgg16_cls', 'vgg16_cls'), ('affinitynet', 'vgg16_aff')])
def test_as_files(tmp_path, source, kind):
    torch.save(released(kind), tmp_path / 'in.pth')
    count = convert_file(source, tmp_path / 'in.pth', tmp_path / 'out.pth', str(REPO / 'configs' / CASES[kind][1]))
    assert count == len(SHAPES[kind])
    assert len(torch.load(tmp_path / 'out.pth', weights_only=True)['state_dict']) == count


@pytest.mark.parametrize('kind', CASES)
def test_wrong_checkpoints_are_refused_with_the_list(kind):
    wrong = {**released(kind), 'decoder.weight': torch.zeros(1)}
    del wrong['fc7.bias']
    with pytest.raises(InputError, match=message_names('VGG16', 'fc7.bias', 'decoder.weight')):
        CASES[kind][0](wrong)
