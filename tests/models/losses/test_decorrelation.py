"""The decorrelation loss."""
import json

import torch
from weights_rule import tensor_by_name

from mmwsss.models import decorrelation_loss


def test_golden(golden, repo):
    shapes = json.loads((repo / 'tests/data/vwe1_names.json').read_text())
    words = tensor_by_name('VWE.centroid', shapes['VWE.centroid']['shape'], 7).flatten(1)
    torch.testing.assert_close(decorrelation_loss(words), torch.tensor(golden('vwe2')['net_decov']),
                               atol=1e-5, rtol=0)


def test_uncorrelated_words_cost_nothing():
    words = torch.tensor([[1., -1., 0., 0.], [0., 0., 1., -1.]])
    assert decorrelation_loss(words) == 0
    both = torch.tensor([[1., -1., 0., 0.], [1., -1., 0., 0.]])
    torch.testing.assert_close(decorrelation_loss(both), torch.tensor(0.5 * (4 - 8**0.5)))


def test_autocast_does_not_change_it():
    words = torch.randn(64, 32, generator=torch.Generator().manual_seed(0)) / 32**0.5
    with torch.autocast('cpu', dtype=torch.bfloat16):
        found = decorrelation_loss(words)
    torch.testing.assert_close(found, decorrelation_loss(words), atol=1e-6, rtol=0)
