"""Released VWE checkpoints: aliases, prefixes and errors."""
import json

import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from weights_rule import tensor_by_name

from mmwsss.convert import convert_vwe
from mmwsss.utils.errors import InputError


@pytest.fixture(scope='module')
def names(repo):
    return json.loads((repo / 'tests/data/vwe1_names.json').read_text())


@pytest.fixture(scope='module')
def released(names):
    """A complete checkpoint with all tensors in their real shapes."""
    return {name: tensor_by_name(name, entry['shape'], 3) for name, entry in names.items()}


def build():
    init_default_scope('mmseg')
    return MODELS.build(dict(
        type='CAMClassifier',
        backbone=dict(type='ResNet', depth=50, strides=(1, 2, 2, 1), dilations=(1, 1, 1, 1), out_indices=(3, )),
        neck=dict(type='HSPP'),
        head=dict(type='VWEHead')))


def test_loads_strictly_and_keeps_every_value(released):
    model = build()
    model.load_state_dict(convert_vwe(released), strict=True)
    assert torch.equal(model.backbone.layer3[5].conv2.weight, released['resnet.layer3.5.conv2.weight'])
    assert torch.equal(model.head.word_to_image.weight, released['fc_a.weight'])
    assert torch.equal(model.head.word_classifier.weight, released['fc_b.weight'])
    assert torch.equal(model.head.encoder.codebook.words, released['VWE.centroid'][:, :, 0, 0])


def test_aliases_and_module_prefix_give_the_same(released, names):
    repeated = {}
    for name, entry in names.items():
        for alias in [name, *entry.get('also', [])]:
            repeated[f'module.{alias}'] = released[name]
    only_alias = {entry['also'][-1] if entry.get('also') else name: released[name] for name, entry in names.items()}
    assert len(repeated) > 2 * len(released)
    plain = convert_vwe(released)
    for other in (convert_vwe(repeated), convert_vwe(only_alias)):
        assert set(other) == set(plain) and all(torch.equal(other[name], plain[name]) for name in plain)


def test_missing_and_unknown_names_are_listed(released):
    wrong = dict(released)
    del wrong['resnet.layer2.3.conv1.weight'], wrong['fc_a.weight']
    with pytest.raises(InputError, match=message_names(1, 'fc_a.weight')):
        convert_vwe(wrong)
    wrong['fc_a.weight'] = released['fc_a.weight']
    wrong['decoder.weight'] = torch.zeros(1)
    with pytest.raises(InputError, match=r'\b1\b.*\bresnet\.layer2\.3\.conv1\.weight.*\b1\b.*\bdecoder\.weight'):
        convert_vwe(wrong)


def test_aliases_that_differ_are_refused(released):
    wrong = dict(released)
    wrong['newly_added.0.weight'] = released['classifier.weight'] + 1
    with pytest.raises(InputError, match=message_names('classifier.weight', 'newly_added.0.weight')):
        convert_vwe(wrong)


def test_other_files_are_refused(released):
    with pytest.raises(InputError, match=message_names(4, 'VWE.centroid')):
        convert_vwe({'conv.weight': torch.zeros(1)})
    with pytest.raises(InputError, match='epoch'):
        convert_vwe(dict(released, epoch=3))
    with pytest.raises(InputError, match='ResNet-50'):
        convert_vwe({name: value for name, value in released.items() if '.layer4.' not in name})


@pytest.fixture(scope='module')
def memory_bank(released):
    """A checkpoint of VWL-M: no codebook, other numbers of the new layers."""
    found = {name: value for name, value in released.items() if name != 'VWE.centroid'}
    for number, name in enumerate(('classifier', 'fc_a', 'fc_b')):
        found[f'newly_added.{number}.weight'] = found[f'{name}.weight']
    return {f'module.{name}': value for name, value in found.items()}


def build_memory_bank():
    model = build()
    model.head = MODELS.build(dict(
        type='VWEHead', word_cam=False, learn_word_to_image=False,
        encoder=dict(type='VisualWordEncoder', codebook=dict(type='MemoryBankCodebook'))))
    return model


def test_memory_bank(released, memory_bank):
    model = build_memory_bank()
    only_alias = {name: value for name, value in memory_bank.items()
                  if name not in ('module.classifier.weight', 'module.fc_a.weight', 'module.fc_b.weight')}
    for content in (memory_bank, only_alias):
        model.load_state_dict(convert_vwe(content), strict=True)
        assert torch.equal(model.head.classifier.weight, released['classifier.weight'])
        assert torch.equal(model.head.word_to_image.weight, released['fc_a.weight'])
        assert torch.equal(model.head.word_classifier.weight, released['fc_b.weight'])
        assert not model.head.encoder.codebook.words.any() and not model.head.encoder.codebook.initialised
    words = released['VWE.centroid']
    for given in (words, words.flatten(1).double()):
        model.load_state_dict(convert_vwe(memory_bank, given), strict=True)
        assert torch.equal(model.head.encoder.codebook.words, words.flatten(1))
        assert model.head.encoder.codebook.initialised


def test_codebooks_that_do_not_belong(released, memory_bank):
    with pytest.raises(InputError, match=message_names('(100, 2048)', '(256, 2048)')):
        convert_vwe(memory_bank, torch.zeros(100, 2048))
    with pytest.raises(InputError, match=message_names('VWE.centroid')):
        convert_vwe(released, torch.zeros(256, 2048))
