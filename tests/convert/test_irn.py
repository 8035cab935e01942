"""Released IRNet checkpoints: aliases, prefixes, buffers and errors."""
import json

import pytest
import torch
from message_names import message_names
from reference_irnet import irn_checkpoint, irnet_resnet50

from mmwsss.convert import convert_irn
from mmwsss.convert.checkpoint import convert_file
from mmwsss.utils.errors import InputError


@pytest.fixture(scope='module')
def names(repo):
    return json.loads((repo / 'tests/data/irn_names.json').read_text())


@pytest.fixture(scope='module')
def released():
    return irn_checkpoint(salt=3)


def test_loads_strictly_and_keeps_every_value(released):
    model = irnet_resnet50()
    model.load_state_dict(convert_irn(released), strict=True)
    state = model.state_dict()
    for ours, theirs in {
            'backbone.conv1.weight': 'resnet50.conv1.weight',
            'backbone.layer1.0.conv1.weight': 'resnet50.layer1.0.conv1.weight',
            'backbone.layer4.2.bn3.running_var': 'resnet50.layer4.2.bn3.running_var',
            'head.boundary_levels.0.conv.weight': 'fc_edge1.0.weight',
            'head.boundary_levels.4.gn.bias': 'fc_edge5.1.bias',
            'head.boundary_out.bias': 'fc_edge6.bias',
            'head.displacement_levels.2.gn.weight': 'fc_dp3.1.weight',
            'head.displacement_levels.3.gn.weight': 'fc_dp4.1.weight',
            'head.displacement_coarse.conv.weight': 'fc_dp6.0.weight',
            'head.displacement_fine.gn.bias': 'fc_dp7.1.bias',
            'head.displacement_out.weight': 'fc_dp7.3.weight',
            'head.running_mean': 'fc_dp7.4.running_mean',
    }.items():
        assert torch.equal(state[ours], released[theirs]), ours
    assert released['fc_dp7.4.running_mean'].abs().min() > 0


def test_aliases_and_module_prefix_give_the_same(released, names):
    repeated = {f'module.{alias}': released[name] for name, entry in names.items()
                for alias in [name, *entry.get('also', [])]}
    assert len(repeated) > 2 * len(released)
    plain = convert_irn(released)
    only_alias = [{entry['also'][which] if entry.get('also') else name: released[name]
                   for name, entry in names.items()} for which in (0, -1)]
    for other in (convert_irn(repeated), *map(convert_irn, only_alias)):
        assert set(other) == set(plain) and all(torch.equal(other[name], plain[name]) for name in plain)


@pytest.mark.parametrize('prefix', ['', 'module.'])
def test_drops_the_training_buffers_alone(released, prefix):
    buffers = {'path_indices2': torch.zeros(1, 2), 'path_indices10': torch.zeros(1, 2), 'disp_target': torch.zeros(1)}
    converted = convert_irn({f'{prefix}{name}': value for name, value in {**released, **buffers}.items()})
    assert set(converted) == set(convert_irn(released))
    for near in ('path_indices', 'path_indices2.x', 'disp_target2'):
        with pytest.raises(InputError, match=message_names(0, 1, near)):
            convert_irn({**released, near: torch.zeros(1)})


def test_counters_may_be_missing(released):
    without = {name: value for name, value in released.items() if not name.endswith('num_batches_tracked')}
    assert len(without) < len(released) and len(convert_irn(without)) == len(without)


def test_wrong_checkpoints_are_refused_with_the_list(released):
    with pytest.raises(InputError, match=message_names('IRNet', 40, 'fc_dp1.0.weight')):
        convert_irn({'conv.weight': torch.zeros(1)})
    wrong = dict(released)
    del wrong['resnet50.layer2.3.conv1.weight']
    wrong['classifier.weight'] = torch.zeros(1)
    with pytest.raises(InputError, match=r'\b1\b.*resnet50\.layer2\.3\.conv1\.weight.*\b1\b.*\bclassifier\.weight'):
        convert_irn(wrong)
    with pytest.raises(InputError, match=message_names('fc_edge6.bias', 'edge_layers.5.bias')):
        convert_irn({**released, 'edge_layers.5.bias': released['fc_edge6.bias'] + 1})
    with pytest.raises(InputError, match='epoch'):
        convert_irn({**released, 'epoch': 3})


def test_as_a_file(released, tmp_path):
    torch.save(released, tmp_path / 'irn.pth')
    count = convert_file('irn', tmp_path / 'irn.pth', tmp_path / 'out.pth')
    state = torch.load(tmp_path / 'out.pth', weights_only=True)['state_dict']
    assert count == len(state) == len(released)
    assert torch.equal(state['head.boundary_out.weight'], released['fc_edge6.weight'])
    torch.save({'fc_edge6.bias': torch.zeros(1)}, tmp_path / 'other.pth')
    with pytest.raises(InputError, match=message_names('other.pth', 'IRNet')):
        convert_file('irn', tmp_path / 'other.pth', tmp_path / 'none.pth')
    assert not (tmp_path / 'none.pth').exists()
