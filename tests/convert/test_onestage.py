"""Released checkpoints of 1-Stage, on ResNet-50 and ResNet38."""
import json

import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO
from reference_onestage import NAMES

from mmwsss.convert import convert_onestage
from mmwsss.utils.errors import InputError


def constants(shapes):
    """Each tensor has its own constant value, so that little memory is used."""
    return {name: torch.tensor(float(index)).expand(shape) for index, (name, shape) in enumerate(shapes.items())}


@pytest.fixture(scope='module')
def released():
    return constants(NAMES['shapes'])


def on_resnet38():
    """Names as of ResNet-50, with the other backbone and its channels."""
    backbone = json.loads((REPO / 'tests/data/resnet38_names.json').read_text())
    head = {name: list(shape) for name, shape in NAMES['shapes'].items()
            if name.startswith(('aspp.', 'shallow_mask.', 'fc8_', 'last_conv.'))}
    for shape in head.values():
        if len(shape) == 4 and shape[1] == 2048:
            shape[1] = 4096
    return constants({**backbone, **head})


def build(name):
    """The model of a config without memory for its weights."""
    init_default_scope('mmseg')
    cfg = Config.fromfile(REPO / 'configs' / name)
    cfg.model.backbone.init_cfg = None
    with torch.device('meta'):
        return MODELS.build(cfg.model)


@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_resnet50_loads_strictly_and_keeps_every_value(released, prefix):
    state = {f'{prefix}{name}': value for name, value in released.items()}
    state[f'{prefix}_aff.aff_x.kernel'] = torch.zeros(1)  # a constant of PAMR
    converted = convert_onestage(state)
    model = build('onestage_r50_voc.py')
    model.load_state_dict(converted, strict=True, assign=True)
    assert len({float(value.flatten()[0]) if value.dim() else float(value)
                for value in converted.values()}) == len(released)  # nothing lost, nothing twice
    for ours, theirs in {'backbone.layer3.5.bn2.running_var': 'layer3.5.bn2.running_var',
                         'decode_head.aspp.branches.2.conv.weight': 'aspp.aspp3.atrous_conv.weight',
                         'decode_head.cues.deep.bn.bias': 'shallow_mask.fc_deep.1.bias',
                         'decode_head.classifier.bias': 'last_conv.8.bias'}.items():
        assert (converted[ours] == released[theirs]).all()


def test_resnet38_loads_strictly():
    build('onestage_r38_voc.py').load_state_dict(convert_onestage(on_resnet38()), strict=True, assign=True)


def test_without_counters(released):
    state = {name: value for name, value in released.items() if not name.endswith('num_batches_tracked')}
    assert set(convert_onestage(state)) == {name for name in convert_onestage(released)
                                            if not name.endswith('num_batches_tracked')}


def test_other_checkpoints(released):
    with pytest.raises(InputError, match=message_names('fc8_x.0.weight')):
        convert_onestage({name: value for name, value in released.items() if name != 'fc8_x.0.weight'})
    with pytest.raises(InputError, match=message_names('more.weight')):
        convert_onestage({**released, 'more.weight': torch.zeros(1)})
    with pytest.raises(InputError, match=message_names('ResNet-50')):  # VGG16
        convert_onestage({name.replace('layer', 'conv'): value for name, value in released.items()})
