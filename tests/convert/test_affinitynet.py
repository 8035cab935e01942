"""Released AffinityNet checkpoints on ResNet38: every value, prefixes, counters, errors."""
import json

import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from reference_network import REPO

from mmwsss.convert import convert_affinitynet
from mmwsss.convert.checkpoint import convert_file
from mmwsss.utils.errors import InputError

HEAD = {'f8_3.weight': (64, 512, 1, 1), 'f8_4.weight': (128, 1024, 1, 1), 'f8_5.weight': (256, 4096, 1, 1),
        'f9.weight': (448, 448, 1, 1)}


@pytest.fixture(scope='module')
def released():
    """The names and shapes of the released file; a value each, because a gigabyte would only take time."""
    shapes = json.loads((REPO / 'tests/data/resnet38_names.json').read_text())
    shapes = {**shapes, **HEAD}
    return {name: torch.full((), float(number)).expand(tuple(shape)) if not name.endswith('num_batches_tracked')
            else torch.zeros((), dtype=torch.int64) for number, (name, shape) in enumerate(shapes.items())}


def ours():
    """The names and shapes of the config's model, without memory."""
    init_default_scope('mmseg')
    cfg = Config.fromfile(REPO / 'configs/affinitynet_r38_voc.py').model
    cfg.backbone.init_cfg = None
    cfg.data_preprocessor = None
    with torch.device('meta'):
        return {name: value.shape for name, value in MODELS.build(cfg).state_dict().items()}


@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_fits_strictly_and_keeps_every_value(released, prefix):
    converted = convert_affinitynet({prefix + name: value for name, value in released.items()})
    assert {name: value.shape for name, value in converted.items()} == ours()
    for theirs, name in {'f8_3.weight': 'head.levels.0.weight', 'f8_4.weight': 'head.levels.1.weight',
                         'f8_5.weight': 'head.levels.2.weight', 'f9.weight': 'head.joint.weight',
                         'conv1a.weight': 'backbone.conv1a.weight',
                         'b7.bn_branch2b2.running_var': 'backbone.b7.bn_branch2b2.running_var'}.items():
        assert torch.equal(converted[name], released[theirs])


def test_counters_may_be_missing(released):
    without = {name: value for name, value in released.items() if not name.endswith('num_batches_tracked')}
    assert len(convert_affinitynet(without)) == len(without) < len(released)


def test_wrong_checkpoints_are_refused_with_the_list(released, tmp_path):
    wrong = dict(released)
    del wrong['f9.weight']
    wrong['fc8.weight'] = torch.zeros(1)
    with pytest.raises(InputError, match=message_names('AffinityNet', 'f9.weight', 'fc8.weight')):
        convert_affinitynet(wrong)
    torch.save({'fc8.weight': torch.zeros(1)}, tmp_path / 'cls.pth')
    with pytest.raises(InputError, match=message_names('cls.pth', 'AffinityNet')):
        convert_file('affinitynet', tmp_path / 'cls.pth', tmp_path / 'out.pth')
    assert not (tmp_path / 'out.pth').exists()
