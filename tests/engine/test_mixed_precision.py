import pytest
import torch
from message_names import message_names
from mmengine.config import Config
from mmseg.registry import OPTIM_WRAPPERS
from torch import nn

from mmwsss.engine.mixed_precision import BFloat16OptimWrapper, configure_amp, require_autocast
from mmwsss.utils.errors import InputError

NO_GPU = not torch.cuda.is_available()


def wrapper_for(model: nn.Module) -> BFloat16OptimWrapper:
    optimizer = torch.optim.SGD(model.parameters(), lr=0.5, momentum=0.9)
    return OPTIM_WRAPPERS.build(dict(type='mmseg.BFloat16OptimWrapper', optimizer=optimizer))


@pytest.mark.skipif(not NO_GPU, reason='autocast of the CPU')
def test_forward_in_bfloat16_weights_in_float32():
    model = nn.Linear(4, 2, bias=False)
    before, inputs = model.weight.detach().clone(), torch.randn(8, 4)
    wrapper = wrapper_for(model)
    with wrapper.optim_context(model):
        outputs = model(inputs)
    assert outputs.dtype == torch.bfloat16
    wrapper.update_params(outputs.float().sum())
    assert model.weight.dtype == torch.float32
    gradient = inputs.bfloat16().float().sum(0).expand(2, 4)
    torch.testing.assert_close(model.weight.detach(), before - 0.5 * gradient, rtol=2e-2, atol=2e-2)
    assert model(inputs).dtype == torch.float32


def test_state_of_a_run_with_a_loss_scale_is_taken():
    model = nn.Linear(4, 2)
    wrapper = wrapper_for(model)
    wrapper.update_params(model(torch.ones(1, 4)).sum())
    state = dict(wrapper.state_dict(), loss_scaler=dict(scale=65536.))
    other = wrapper_for(nn.Linear(4, 2))
    other.load_state_dict(state)
    assert torch.equal(other.optimizer.state_dict()['state'][0]['momentum_buffer'], torch.ones(2, 4))


@pytest.mark.parametrize('device, given, amp, result', [
    ('cpu', dict(type='OptimWrapper'), False, dict(type='OptimWrapper')),
    ('cpu', dict(), True, dict(type='mmseg.BFloat16OptimWrapper')),
    ('cpu', dict(type='AmpOptimWrapper', loss_scale=512., dtype='float16'), False,
     dict(type='mmseg.BFloat16OptimWrapper')),
    ('cuda', dict(type='OptimWrapper'), True, dict(type='AmpOptimWrapper')),
    ('cuda', dict(type='AmpOptimWrapper', loss_scale=512.), True,
     dict(type='AmpOptimWrapper', loss_scale=512.)),
    ('cuda', dict(type='OptimWrapper'), False, dict(type='OptimWrapper')),
])
def test_wrapper_of_the_device(device, given, amp, result, monkeypatch):
    monkeypatch.setattr('mmwsss.engine.mixed_precision.get_device', lambda: device)
    cfg = Config(dict(optim_wrapper=dict(given, optimizer=dict(type='SGD', lr=1))))
    configure_amp(cfg, amp)
    assert cfg.optim_wrapper.to_dict() == dict(result, optimizer=dict(type='SGD', lr=1))


@pytest.mark.parametrize('wrapper', ['AmpOptimWrapper', 'BFloat16OptimWrapper'])
def test_a_device_without_autocast_is_named(wrapper, monkeypatch):
    monkeypatch.setattr('mmwsss.engine.mixed_precision.get_device', lambda: 'meta')
    configure_amp(Config(dict(optim_wrapper=dict(type='OptimWrapper'))), False)
    with pytest.raises(InputError, match='meta.*--amp'):
        configure_amp(Config(dict(optim_wrapper=dict(type=wrapper))), False)


def test_a_model_that_predicts_under_autocast_needs_a_device_with_it(monkeypatch):
    class Net(nn.Module):
        test_cfg = dict(autocast='bfloat16')

    require_autocast(Net())
    monkeypatch.setattr('mmwsss.engine.mixed_precision.get_device', lambda: 'meta')
    with pytest.raises(InputError, match=message_names('meta', 'test_cfg.autocast', 'bfloat16')):
        require_autocast(Net())
    for setting in (dict(autocast=None), dict(mode='whole'), None):
        Net.test_cfg = setting
        require_autocast(Net())
    require_autocast(nn.Identity())


def test_unknown_wrapper_is_refused_only_with_amp():
    cfg = Config(dict(optim_wrapper=dict(type='ApexOptimWrapper')))
    configure_amp(cfg, False)
    with pytest.raises(InputError, match='ApexOptimWrapper'):
        configure_amp(cfg, True)
