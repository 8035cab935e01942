"""The decoder of 1-Stage: gate, cue injection, what is frozen."""
import numpy as np
import pytest
import torch
from message_names import message_names
from mmengine.registry import init_default_scope
from mmengine.structures import PixelData
from mmseg.registry import MODELS
from mmseg.structures import SegDataSample
from weights_rule import tensor_by_name

from mmwsss.models import GlobalCueInjection, OneStageHead, StochasticGate, stochastic_gate
from mmwsss.utils.errors import InputError


def small_head(**settings):
    init_default_scope('mmseg')
    return OneStageHead(in_channels=(6, 10), in_index=(0, 1), channels=8, skip_channels=4, dilations=(1, 2),
                        num_classes=4, **settings)


FEATURES = (2, 6, 9, 11), (2, 10, 3, 4)


def test_golden_gate(golden):
    data = {key: torch.from_numpy(value) for key, value in golden('onestage').items() if key.startswith('sg_')}
    found = stochastic_gate(data['sg_deep'], data['sg_shallow'], 0.3, data['sg_keep'])
    np.testing.assert_allclose(found, data['sg_train'], rtol=0, atol=1e-5)
    found = StochasticGate(0.3).eval()(data['sg_deep'], data['sg_shallow'])
    np.testing.assert_allclose(found, data['sg_eval'], rtol=0, atol=1e-5)


def test_the_gate_draws_each_element():
    deep, shallow = torch.ones(2, 50, 40, 30), torch.zeros(2, 50, 40, 30)
    found = StochasticGate(0.3).train()(deep, shallow)
    assert found.mean() == pytest.approx(1, abs=0.02) and (found == 0).float().mean() == pytest.approx(0.3, abs=0.01)
    torch.testing.assert_close(found.max(), torch.tensor(1 / 0.7))
    assert torch.equal(StochasticGate(0.0).train()(deep, shallow), deep)


def test_golden_cue_injection(golden):
    data, module = golden('onestage'), GlobalCueInjection(256, 256, 256).eval()
    names = {'deep': 'fc_deep', 'shallow': 'fc_skip', 'out': 'fc_cls'}
    parts = {'conv': '0', 'bn': '1'}
    state = {}
    for name, value in module.state_dict().items():
        layer, part, field = name.split('.')
        state[name] = tensor_by_name(f'gci.{names[layer]}.{parts[part]}.{field}', value.shape, 7)
    module.load_state_dict(state)
    with torch.no_grad():
        found = module(torch.from_numpy(data['gci_shallow']).float(), torch.from_numpy(data['gci_deep']).float())
    np.testing.assert_allclose(found, data['gci_out'], rtol=0, atol=1e-5)


def test_statistics_of_aspp_are_frozen_and_seven_norms_learn_theirs():
    head = small_head().train()
    before = {name: value.clone() for name, value in head.state_dict().items()}
    head([torch.randn(*size) for size in FEATURES])
    moved = {name.rsplit('.', 2)[0] for name, value in head.state_dict().items()
             if name.endswith('running_mean') and not torch.equal(value, before[name])}
    assert moved == {'skip', 'merge', 'cues.deep', 'cues.shallow', 'cues.out', 'last.0', 'last.2'}
    assert all(value.requires_grad for value in head.parameters())


def test_all_convolutions_start_from_hes_distribution_over_their_inputs():
    init_default_scope('mmseg')
    torch.manual_seed(0)
    head = OneStageHead(in_channels=(64, 256), in_index=(0, 1), channels=96, skip_channels=80, dilations=(1, 2),
                        num_classes=97)
    head.init_weights()
    weights = {name: value for name, value in head.named_parameters() if value.dim() == 4}
    assert len(weights) == 12
    for name, value in weights.items():
        assert value.std().item() == pytest.approx((2 / value[0].numel())**0.5, rel=0.05), name
    rare = OneStageHead(in_channels=(64, 256), num_classes=9, channels=96, dilations=(1, ), init_cfg=dict(
        type='Constant', layer='Conv2d', val=0.5))
    rare.init_weights()
    assert {value.unique().item() for value in rare.parameters() if value.dim() == 4} == {0.5}


def test_logits_follow_the_shallow_level_and_the_background_is_constant():
    head = small_head(bg_logit=0.5).eval()
    logits = head([torch.randn(*size) for size in FEATURES])
    assert logits.shape == (2, 4, 9, 11) and (logits[:, 0] == 0.5).all()
    one = small_head().train()
    assert one([torch.randn(1, *size[1:]) for size in FEATURES]).shape == (1, 4, 9, 11)  # a batch of one image


def test_it_is_a_decode_head_of_any_encoder_decoder():
    init_default_scope('mmseg')
    model = MODELS.build(dict(
        type='EncoderDecoder', backbone=dict(type='ResNet', depth=18, stem_channels=8, base_channels=8),
        decode_head=dict(type='OneStageHead', in_channels=(8, 64), channels=8, dilations=(1, 2), num_classes=4),
        test_cfg=dict(mode='whole')))
    sample = SegDataSample(metainfo=dict(img_shape=(32, 32), ori_shape=(32, 32)))
    sample.gt_sem_seg = PixelData(data=torch.randint(0, 4, (1, 32, 32)))
    losses = model.loss(torch.randn(2, 3, 32, 32), [sample, sample])
    losses['decode.loss_ce'].backward()
    assert all(value.grad is not None for value in model.parameters())


def test_wrong_settings():
    for names, settings in ((('in_channels', ), dict(in_channels=(3, ))), (('drop_rates', ), dict(drop_rates=(0.5, ))),
                            (('dilations', ), dict(dilations=(0, 1))), (('rate', 1.0), dict(gate_rate=1.0))):
        with pytest.raises(InputError, match=message_names(*names)):
            OneStageHead(**{'num_classes': 4, **settings})
    with pytest.raises(InputError, match=message_names(10, 12)):
        small_head()([torch.randn(2, 6, 9, 11), torch.randn(2, 12, 3, 4)])
