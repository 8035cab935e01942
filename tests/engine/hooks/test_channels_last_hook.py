from types import SimpleNamespace

import pytest
import torch
from mmengine.model import MMDistributedDataParallel
from torch import nn

from mmwsss.engine.distributed import leave_group
from mmwsss.engine.hooks import ChannelsLastHook


@pytest.fixture
def _group(tmp_path):
    torch.distributed.init_process_group('gloo', init_method=f'file://{tmp_path / "store"}', rank=0, world_size=1)
    yield
    leave_group()


def test_weights_and_maps_are_channels_last_with_the_same_values():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.Conv2d(8, 4, 1))
    images = torch.randn(2, 3, 6, 7)
    expected = model(images)
    parameters = list(model.parameters())
    ChannelsLastHook().before_train(SimpleNamespace(model=model))
    maps = model(images)
    assert all(a is b for a, b in zip(parameters, model.parameters(), strict=True))  # the optimizer holds them
    assert model[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert maps.is_contiguous(memory_format=torch.channels_last) and not maps.is_contiguous()
    torch.testing.assert_close(maps, expected, rtol=1e-5, atol=1e-6)


@pytest.mark.usefixtures('_group')
def test_wrapped_models_keep_their_layout():
    model = MMDistributedDataParallel(nn.Conv2d(3, 8, 3))
    ChannelsLastHook().before_train(SimpleNamespace(model=model))
    assert model.module.weight.is_contiguous()
