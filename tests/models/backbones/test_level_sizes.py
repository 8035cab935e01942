"""Channels and strides of levels, without running the network."""
import pytest
import torch
from mmengine.registry import init_default_scope
from mmseg.registry import MODELS
from torch import nn

from mmwsss.models.backbones.level_sizes import level_channels, level_sizes


def test_channels_of_levels_and_nothing_changes():
    init_default_scope('mmseg')
    backbone = MODELS.build(dict(type='ResNet', depth=18, stem_channels=8, base_channels=8, out_indices=(1, 3)))
    before = {name: value.clone() for name, value in backbone.state_dict().items()}
    assert level_channels(backbone) == [16, 64] and level_sizes(backbone) == [(16, 8), (64, 32)]
    assert backbone.training and all(torch.equal(value, before[name]) for name, value in backbone.state_dict().items())
    assert level_channels(nn.Conv2d(3, 5, 1)) == [5] and level_sizes(nn.Conv2d(3, 5, 3)) == [(5, None)]


@pytest.mark.parametrize('levels', [(), [torch.zeros(2, 3)], [dict()], None])
def test_unknown_where_there_are_no_maps(levels):
    class Stub(nn.Module):
        def forward(self, x):
            return levels

    assert level_sizes(Stub()) is None and level_channels(Stub()) is None


def test_unknown_where_the_network_computes_on_values():
    class Values(nn.Module):
        def forward(self, x):
            return x if x.sum() > 0 else -x

    assert level_channels(Values()) is None
