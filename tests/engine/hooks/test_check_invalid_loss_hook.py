from types import SimpleNamespace

import pytest
import torch
from message_names import message_names
from torch import nn

from mmwsss.engine.hooks import CheckInvalidLossHook
from mmwsss.utils.errors import InputError

NUMBERS = (float('nan'), float('inf'))


def runner(**changed):
    """At iteration 7; values by names of parameters and buffers replace one element of these."""
    model = nn.Sequential(nn.Conv2d(3, 4, 1), nn.BatchNorm2d(4))
    for name, value in changed.items():
        model.state_dict()[name.replace('__', '.')].view(-1)[1] = value
    return SimpleNamespace(model=model, iter=6)


@pytest.mark.parametrize('value', NUMBERS)
def test_broken_weights_behind_a_loss(value):
    broken = runner(**{'0__weight': value})
    outputs = dict(loss_cls=torch.tensor(0.5), loss=torch.tensor(value))
    with pytest.raises(InputError, match=message_names(f'loss is {value}', 'iteration 7', '0.weight', 'lr')):
        CheckInvalidLossHook().after_train_iter(broken, 6, None, outputs)


@pytest.mark.parametrize('outputs', [
    dict(loss=torch.tensor(0.5)), dict(loss=0.5), dict(accuracy=torch.tensor(float('nan'))), {}, None])
def test_finite_losses_need_no_look_at_the_weights(outputs):
    CheckInvalidLossHook().after_train_iter(runner(**{'0__weight': NUMBERS[0]}), 6, None, outputs)


@pytest.mark.parametrize('value', NUMBERS)
def test_a_step_that_mixed_precision_leaves_out_stops_nothing(value):
    CheckInvalidLossHook().after_train_iter(runner(), 6, None, dict(loss=torch.tensor(value)))


@pytest.mark.parametrize('changed', [{'0__bias': NUMBERS[1]}, {'1__running_var': NUMBERS[0]}])
def test_broken_weights_are_not_saved(changed):
    name, = (key.replace('__', '.') for key in changed)
    with pytest.raises(InputError, match=message_names('saved', name)):
        CheckInvalidLossHook().before_save_checkpoint(runner(**changed), {})


def test_good_weights_are_saved():
    model = runner(**{'1__running_mean': NUMBERS[1]})  # an infinite mask is none of a broken training
    CheckInvalidLossHook().before_save_checkpoint(model, {})
